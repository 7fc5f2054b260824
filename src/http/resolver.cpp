#include "http/name_lookup.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace roomport::http {
namespace detail {
namespace {

using asio_endpoint = boost::asio::ip::tcp::endpoint;

// Keeps the program's signals away from threads it doesn't know of.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

class threaded_resolver_state : public std::enable_shared_from_this<threaded_resolver_state> {
public:
    threaded_resolver_state(blocking_lookup lookup, const threaded_resolver_settings& settings)
        : lookup_(std::move(lookup)), settings_(settings) {}

    void resolve(const std::string& host, std::uint16_t port, resolver::callback done) {
        std::unique_lock lock(mutex_);
        if (const auto kept = kept_.find(host);
            kept != kept_.end() && kept->second.until > clock::now()) {
            const auto outcome = kept->second.outcome;
            lock.unlock();
            answer({port, std::move(done)}, outcome);
            return;
        }
        auto& callers = pending_[host];
        callers.push_back({port, std::move(done)});
        if (callers.size() > 1) {
            return;
        }
        queue_.push_back(host);
        if (threads_ == settings_.max_threads || start_thread() || threads_ > 0) {
            return;
        }
        queue_.pop_back();
        auto refused = std::move(pending_.extract(host).mapped());
        lock.unlock();
        lookup_outcome outcome;
        outcome.error = error::resolve_failed;
        for (auto& each : refused) {
            answer(std::move(each), outcome);
        }
    }

private:
    struct caller {
        std::uint16_t port = 0;
        resolver::callback done;
    };

    struct kept_outcome {
        lookup_outcome outcome;
        time_point until{};
    };

    static void answer(caller to, const lookup_outcome& outcome) {
        resolver::endpoints found;
        for (const auto& address : outcome.addresses) {
            found.emplace_back(address, to.port);
        }
        to.done(outcome.error, std::move(found));
    }

    bool start_thread() {
        const signals_blocked no_signals;
        try {
            std::thread([self = shared_from_this()] { self->work(); }).detach();
        } catch (const std::system_error&) {
            return false;
        }
        ++threads_;
        return true;
    }

    void work() {
        std::unique_lock lock(mutex_);
        while (!queue_.empty()) {
            const auto host = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            const auto outcome = lookup_(host);
            lock.lock();
            keep(host, outcome);
            auto callers = std::move(pending_.extract(host).mapped());
            lock.unlock();
            for (auto& each : callers) {
                answer(std::move(each), outcome);
            }
            lock.lock();
        }
        --threads_;
    }

    void keep(const std::string& host, const lookup_outcome& outcome) {
        const auto now = clock::now();
        std::erase_if(kept_, [now](const auto& item) { return item.second.until <= now; });
        if (kept_.size() < settings_.max_kept) {
            auto& kept = kept_[host];
            kept.outcome = outcome;
            kept.until = now + (outcome.error ? settings_.keep_failed : settings_.keep_found);
        }
    }

    blocking_lookup lookup_;
    threaded_resolver_settings settings_;
    std::mutex mutex_;
    std::deque<std::string> queue_;
    std::map<std::string, std::vector<caller>> pending_;
    std::map<std::string, kept_outcome> kept_;
    std::size_t threads_ = 0;
};

class threaded_resolver final : public resolver {
public:
    explicit threaded_resolver(std::shared_ptr<threaded_resolver_state> state)
        : state_(std::move(state)) {}

    void resolve(const std::string& host, std::uint16_t port, callback done) override {
        state_->resolve(host, port, std::move(done));
    }

private:
    std::shared_ptr<threaded_resolver_state> state_;
};

// Without a free descriptor the name service answers anything, even that the name does not exist.
bool out_of_descriptors() {
    const int probe = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return errno == EMFILE || errno == ENFILE;
    }
    ::close(probe);
    return false;
}

error_code lookup_error(int code) {
    if (out_of_descriptors()) {
        return error::connect_failed;
    }
    const bool no_such_name = code == EAI_NONAME
#ifdef EAI_NODATA
                              || code == EAI_NODATA
#endif
        ;
    return no_such_name ? error::host_not_found : error::resolve_failed;
}

} // namespace

lookup_outcome look_up_by_system(const std::string& host) {
    lookup_outcome outcome;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (code != 0) {
        outcome.error = lookup_error(code);
        return outcome;
    }
    for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
        asio_endpoint peer;
        if (item->ai_addrlen <= peer.capacity()) {
            std::memcpy(peer.data(), item->ai_addr, item->ai_addrlen);
            peer.resize(item->ai_addrlen);
            outcome.addresses.push_back(peer.address());
        }
    }
    ::freeaddrinfo(list);
    return outcome;
}

std::shared_ptr<resolver> make_threaded_resolver(blocking_lookup lookup,
                                                 const threaded_resolver_settings& settings) {
    return std::make_shared<threaded_resolver>(
        std::make_shared<threaded_resolver_state>(std::move(lookup), settings));
}

} // namespace detail

std::shared_ptr<resolver> system_resolver() {
    // Never destroyed: a look-up may go on while the program ends.
    static auto* const instance = new std::shared_ptr<resolver>(
        detail::make_threaded_resolver(&detail::look_up_by_system, {}));
    return *instance;
}

} // namespace roomport::http
