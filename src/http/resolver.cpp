#include "http/name_lookup.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <netdb.h>
#include <new>
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
        caller one{port, std::move(done)};
        lookup_outcome outcome;
        try {
            const std::lock_guard lock(mutex_);
            const auto kept = kept_.find(host);
            if (kept != kept_.end() && kept->second.until > clock::now()) {
                outcome = kept->second.outcome;
            } else if (look_up(host, one)) {
                return;
            } else {
                outcome.error = error::resolve_failed;
            }
        } catch (const std::bad_alloc&) {
            outcome.error = boost::asio::error::no_memory;
        }
        answer(one, outcome);
    }

private:
    struct caller {
        std::uint16_t port = 0;
        resolver::callback done;
    };

    struct pending_lookup {
        std::string host;
        std::vector<caller> callers;
    };
    /// Items only move from one to the other, for which no memory is needed.
    using lookups = std::list<pending_lookup>;

    struct kept_outcome {
        lookup_outcome outcome;
        time_point until{};
    };

    static void answer(const caller& to, const lookup_outcome& outcome) {
        auto ec = outcome.error;
        resolver::endpoints found;
        try {
            if (!ec) {
                found.reserve(outcome.addresses.size());
            }
        } catch (const std::bad_alloc&) {
            ec = boost::asio::error::no_memory;
        }
        if (!ec) {
            for (const auto& address : outcome.addresses) {
                found.emplace_back(address, to.port);
            }
        }
        to.done(ec, std::move(found));
    }

    static pending_lookup* find(lookups& among, const std::string& host) {
        const auto found = std::find_if(among.begin(), among.end(),
                                        [&](const auto& each) { return each.host == host; });
        return found == among.end() ? nullptr : &*found;
    }

    /// Takes the caller of a look-up, unless there is no thread for it.
    /// @throws std::bad_alloc with the caller not taken.
    bool look_up(const std::string& host, caller& one) {
        auto* same = find(running_, host);
        if (same == nullptr) {
            same = find(queue_, host);
        }
        if (same != nullptr) {
            same->callers.push_back(std::move(one));
            return true;
        }
        lookups added(1);
        added.front().host = host;
        added.front().callers.reserve(1);
        if (threads_ < settings_.max_threads && !start_thread() && threads_ == 0) {
            return false;
        }
        added.front().callers.push_back(std::move(one));
        queue_.splice(queue_.end(), added);
        return true;
    }

    bool start_thread() {
        const signals_blocked no_signals;
        try {
            std::thread([self = shared_from_this()] { self->work(); }).detach();
        } catch (const std::system_error&) {
            return false;
        } catch (const std::bad_alloc&) {
            return false;
        }
        ++threads_;
        return true;
    }

    void work() {
        std::unique_lock lock(mutex_);
        while (!queue_.empty()) {
            const auto current = queue_.begin();
            running_.splice(running_.end(), queue_, current);
            lock.unlock();
            const auto outcome = look_up_now(current->host);
            lock.lock();
            keep(current->host, outcome);
            lookups ended;
            ended.splice(ended.end(), running_, current);
            lock.unlock();
            for (const auto& each : ended.front().callers) {
                answer(each, outcome);
            }
            ended.clear();
            lock.lock();
        }
        --threads_;
    }

    lookup_outcome look_up_now(const std::string& host) {
        try {
            return lookup_(host);
        } catch (const std::bad_alloc&) {
            lookup_outcome failed;
            failed.error = boost::asio::error::no_memory;
            return failed;
        }
    }

    /// As far as there is memory; that there was none is not kept.
    void keep(const std::string& host, const lookup_outcome& outcome) {
        const auto now = clock::now();
        std::erase_if(kept_, [now](const auto& item) { return item.second.until <= now; });
        if (kept_.size() == settings_.max_kept || outcome.error == boost::asio::error::no_memory) {
            return;
        }
        try {
            kept_outcome kept;
            kept.outcome = outcome;
            kept.until = now + (outcome.error ? settings_.keep_failed : settings_.keep_found);
            kept_.insert_or_assign(host, std::move(kept));
        } catch (const std::bad_alloc&) {
            return;
        }
    }

    blocking_lookup lookup_;
    threaded_resolver_settings settings_;
    std::mutex mutex_;
    lookups queue_;
    lookups running_;
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
    if (code == EAI_MEMORY) {
        return boost::asio::error::no_memory;
    }
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
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
        asio_endpoint peer;
        if (item->ai_addrlen <= peer.capacity()) {
            std::memcpy(peer.data(), item->ai_addr, item->ai_addrlen);
            peer.resize(item->ai_addrlen);
            outcome.addresses.push_back(peer.address());
        }
    }
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
