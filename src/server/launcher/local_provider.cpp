#include "server/launcher/local_provider.hpp"

#include "server/launcher/port_probe.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <unistd.h>

namespace roomport::server {

namespace asio = boost::asio;

namespace {

constexpr duration fastest_probing = std::chrono::milliseconds(10);
constexpr duration slowest_probing = std::chrono::milliseconds(200);

} // namespace

class local_provider::child {
public:
    child(asio::io_context& context, process_order given, child_process started)
        : order(std::move(given)), process(std::move(started)), exit_wait(context), grace(context) {
    }

    /// Until then nobody would hear of its end.
    error_code watch_exit() {
        program::descriptor exit = process.take_exit_descriptor();
        error_code ec;
        exit_wait.assign(exit.get(), ec);
        if (!ec) {
            exit.release();
        }
        return ec;
    }

    process_order order;
    child_process process;
    asio::posix::stream_descriptor exit_wait;
    asio::steady_timer grace;
    process_state state = process_state::starting;
    /// How often in a row the port was seen in a stranger's hands: one look may fall between two moves of the child.
    int seen_taken = 0;
};

local_provider::local_provider(asio::io_context& context, local_provider_options options)
    : context_(context), options_(std::move(options)), probe_timer_(context) {}

local_provider::~local_provider() {
    for (const auto& [process_id, each] : children_) {
        each->process.signal_group(SIGKILL);
    }
}

void local_provider::on_event(listener to) {
    listener_ = std::move(to);
}

void local_provider::create(const process_order& order) {
    auto own = options_.environment;
    const auto specific = order_environment(order);
    own.insert(own.end(), specific.begin(), specific.end());
    const std::vector<std::string> inherited = [] {
        std::vector<std::string> all;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            all.emplace_back(*variable);
        }
        return all;
    }();
    const auto output = options_.log_folder.empty()
                            ? std::string("/dev/null")
                            : options_.log_folder + "/" + order.process_id + ".log";
    const auto report_failure = [&](const error_code& why) {
        process_event event(process_event::kind::exited, order.process_id);
        event.reason = "it could not be started: " + why.message();
        report_later(std::move(event));
    };
    auto started = child_process::spawn(options_.command.fill(order),
                                        child_environment(inherited, own), output);
    if (started.has_error()) {
        report_failure(started.error());
        return;
    }
    const auto created = std::make_shared<child>(context_, order, std::move(*started));
    if (const auto ec = created->watch_exit()) {
        created->process.kill_and_reap();
        report_failure(ec);
        return;
    }
    children_[order.process_id] = created;
    watch(created);
    probe_interval_ = fastest_probing;
    begin_probing();
}

std::optional<process_state> local_provider::observe(const std::string& process_id) const {
    const auto found = children_.find(process_id);
    if (found == children_.end()) {
        return std::nullopt;
    }
    return found->second->state;
}

void local_provider::stop(const std::string& process_id, bool at_once) {
    const auto found = children_.find(process_id);
    if (found == children_.end()) {
        return;
    }
    const auto stopped = found->second;
    if (at_once) {
        stopped->state = process_state::stopping;
        stopped->process.signal_group(SIGKILL);
        return;
    }
    if (stopped->state == process_state::stopping) {
        return;
    }
    stopped->state = process_state::stopping;
    stopped->process.signal_group(SIGTERM);
    stopped->grace.expires_after(options_.stop_grace);
    stopped->grace.async_wait([this, stopped](error_code ec) {
        const auto still = children_.find(stopped->order.process_id);
        if (!ec && still != children_.end() && still->second == stopped) {
            stopped->process.signal_group(SIGKILL);
        }
    });
}

std::vector<std::string> local_provider::list() const {
    std::vector<std::string> all;
    all.reserve(children_.size());
    for (const auto& [process_id, each] : children_) {
        all.push_back(process_id);
    }
    return all;
}

void local_provider::watch(const std::shared_ptr<child>& started) {
    started->exit_wait.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [this, started](error_code ec) {
                                      if (!ec) {
                                          finish(started);
                                      }
                                  });
}

void local_provider::finish(const std::shared_ptr<child>& ended) {
    const auto found = children_.find(ended->order.process_id);
    if (found == children_.end() || found->second != ended) {
        return;
    }
    child_exit how;
    if (!ended->process.reap(how)) {
        watch(ended);
        return;
    }
    children_.erase(found);
    ended->grace.cancel();
    // Whoever takes its place may need the descriptor.
    error_code ignored;
    ended->exit_wait.close(ignored);
    process_event event(process_event::kind::exited, ended->order.process_id);
    event.succeeded = how.succeeded;
    event.reason = std::move(how.reason);
    listener_(event);
}

void local_provider::reap_strangers() {
    while (true) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
            return;
        }
        const auto own = std::find_if(children_.begin(), children_.end(), [&](const auto& each) {
            return each.second->process.pid() == info.si_pid;
        });
        if (own != children_.end()) {
            // By value: the entry is erased on the way.
            const auto ended = own->second;
            finish(ended);
        } else {
            ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
        }
    }
}

void local_provider::begin_probing() {
    if (probing_) {
        return;
    }
    probing_ = true;
    probe_timer_.expires_after(probe_interval_);
    probe_interval_ = std::min(probe_interval_ * 5 / 4, slowest_probing);
    probe_timer_.async_wait([this](error_code ec) {
        if (!ec) {
            probing_ = false;
            probe_all();
        }
    });
}

void local_provider::probe_all() {
    port_probe probe;
    std::vector<process_event> events;
    bool is_any_left = false;
    for (const auto& [process_id, each] : children_) {
        if (each->state != process_state::starting) {
            continue;
        }
        const auto& port = each->order.ports.front();
        switch (probe.find_owner(each->process.pid(), port.declared.transport, port.number)) {
        case port_owner::group:
            each->state = process_state::ready;
            events.emplace_back(process_event::kind::ready, process_id);
            continue;
        case port_owner::stranger:
            if (++each->seen_taken == 3) {
                events.emplace_back(process_event::kind::port_taken, process_id);
            }
            break;
        case port_owner::nobody:
            each->seen_taken = 0;
            break;
        }
        is_any_left = true;
    }
    if (is_any_left) {
        begin_probing();
    }
    for (const auto& event : events) {
        listener_(event);
    }
}

void local_provider::report_later(process_event event) {
    asio::post(context_, [this, event = std::move(event)] { listener_(event); });
}

} // namespace roomport::server
