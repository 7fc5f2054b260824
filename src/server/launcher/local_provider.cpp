#include "server/launcher/local_provider.hpp"

#include "program/descriptor_limit.hpp"
#include "server/launcher/launch_problem.hpp"
#include "server/launcher/process_family.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace roomport::server {

namespace asio = boost::asio;

namespace {

constexpr duration fastest_probing = std::chrono::milliseconds(10);
constexpr duration slowest_probing = std::chrono::milliseconds(200);
constexpr duration between_guards = std::chrono::seconds(5);
constexpr duration between_doubts = std::chrono::milliseconds(500);

} // namespace

class local_provider::child {
public:
    child(asio::io_context& context, process_order given, child_process started, port_judge judge)
        : order(std::move(given)), process(std::move(started)), ports(std::move(judge)),
          family(process.pid(), order.process_id), exit_wait(context), grace(context) {}

    /// Sends a signal to all that is known of it.
    std::vector<pid_t> signal_all(int signal) const {
        if (!has_leader_ended) {
            process.signal_group(signal);
        }
        return family.signal_all(signal);
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
    port_judge ports;
    /// Of each port, the sockets that were found to be in order since it is ready.
    std::vector<std::vector<std::uint64_t>> known_sockets;
    process_family family;
    asio::posix::stream_descriptor exit_wait;
    asio::steady_timer grace;
    process_state state = process_state::starting;
    /// Signals that wait for the next sweep, which first finds out whom they are for.
    bool is_term_due = false;
    bool is_kill_due = false;
    bool is_refusal_told = false;
    /// The first process has ended, as told here; others may go on.
    bool has_leader_ended = false;
    child_exit how;
    /// Nobody of it was alive when last looked at.
    bool is_nobody_seen = false;
    /// The first process ended well and left a game server that goes on without it.
    bool goes_on = false;
};

local_provider::local_provider(asio::io_context& context, local_provider_options options)
    : context_(context), options_(std::move(options)), probe_timer_(context), guard_timer_(context),
      sweep_timer_(context) {}

local_provider::~local_provider() {
    std::vector<process_family*> families;
    for (const auto& [process_id, each] : children_) {
        families.push_back(&each->family);
    }
    if (!families.empty()) {
        find_members(process_table(), options_.marker, families);
    }
    for (const auto& [process_id, each] : children_) {
        each->signal_all(SIGKILL);
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
        const auto problem = launch_problem(options_.command.program());
        event.is_hopeless = problem.has_value();
        event.reason = "it could not be started: " + problem.value_or(program::reason_of(why));
        report_later(std::move(event));
    };
    auto started = child_process::spawn(
        options_.command.fill(order),
        child_environment(inherited, options_.passed_environment, own), output, options_.input);
    if (started.has_error()) {
        report_failure(started.error());
        return;
    }
    const auto created = std::make_shared<child>(
        context_, order, std::move(*started),
        port_judge(order.ports, options_.advertised, options_.advertised_host));
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
        stopped->is_kill_due = true;
        sweep_soon();
        return;
    }
    if (stopped->state == process_state::stopping) {
        return;
    }
    stopped->state = process_state::stopping;
    stopped->is_term_due = true;
    sweep_soon();
    stopped->grace.expires_after(options_.stop_grace);
    stopped->grace.async_wait([this, stopped](error_code ec) {
        const auto still = children_.find(stopped->order.process_id);
        if (!ec && still != children_.end() && still->second == stopped) {
            stopped->is_kill_due = true;
            sweep_soon();
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
    if (ended->has_leader_ended) {
        return;
    }
    if (!ended->process.reap(ended->how, ended->state == process_state::starting)) {
        watch(ended);
        return;
    }
    ended->has_leader_ended = true;
    ended->family.leader_is_reaped();
    // Whoever takes its place may need the descriptor.
    error_code ignored;
    ended->exit_wait.close(ignored);
    sweep_soon();
}

void local_provider::sweep_soon() {
    sweep_interval_ = fastest_probing;
    sweep_after(duration::zero());
}

void local_provider::sweep_after(duration pause) {
    sweep_timer_.expires_after(pause);
    sweep_timer_.async_wait([this](error_code ec) {
        if (!ec) {
            sweep();
        }
    });
}

void local_provider::sweep() {
    std::vector<std::shared_ptr<child>> due;
    std::vector<process_family*> families;
    for (const auto& [process_id, each] : children_) {
        if (each->has_leader_ended || each->is_term_due || each->is_kill_due) {
            due.push_back(each);
            families.push_back(&each->family);
        }
    }
    if (due.empty()) {
        return;
    }
    find_members(process_table(), options_.marker, families);
    port_probe probe;
    bool is_any_left = false;
    for (const auto& each : due) {
        if (each->has_leader_ended && each->family.living().empty()) {
            // A process that is just becoming another program shows no environment: only twice is nobody nobody.
            if (each->is_nobody_seen) {
                report_end(each);
            } else {
                each->is_nobody_seen = true;
                is_any_left = true;
            }
            continue;
        }
        each->is_nobody_seen = false;
        if (each->has_leader_ended) {
            carry_on_or_end(*each, probe);
        }
        std::vector<pid_t> refused;
        if (each->is_kill_due) {
            // Again with every sweep, for what was started meanwhile.
            refused = each->signal_all(SIGKILL);
        } else if (each->is_term_due) {
            each->is_term_due = false;
            // A wrapper passes the signal on; who is left after it gets its own.
            if (each->has_leader_ended) {
                refused = each->signal_all(SIGTERM);
            } else {
                each->process.signal_group(SIGTERM);
            }
        }
        if (!refused.empty() && !std::exchange(each->is_refusal_told, true)) {
            process_event told(process_event::kind::told, each->order.process_id);
            told.reason = "pid " + std::to_string(refused.front()) + " (" +
                          process_name(refused.front()) +
                          ") belongs to it and may not be ended, being another user's; it counts "
                          "as running until it ends";
            report_later(std::move(told));
        }
        is_any_left = is_any_left || each->has_leader_ended || each->is_kill_due;
    }
    if (is_any_left) {
        sweep_after(sweep_interval_);
        sweep_interval_ = std::min(sweep_interval_ * 5 / 4, slowest_probing);
    }
}

void local_provider::carry_on_or_end(child& without_leader, port_probe& probe) {
    if (without_leader.goes_on || without_leader.is_kill_due) {
        return;
    }
    if (without_leader.state == process_state::stopping) {
        // Those that no wrapper told to end; the grace runs on.
        without_leader.is_term_due = !std::exchange(without_leader.goes_on, true);
        return;
    }
    const auto members = [&] {
        std::vector<pid_t> ids;
        for (const auto& [process, start_time] : without_leader.family.living()) {
            ids.push_back(process);
        }
        return ids;
    };
    const auto& port = without_leader.order.ports.front();
    // A wrapper may end before its game server does; what else outlives a game server is not one.
    without_leader.goes_on =
        without_leader.how.succeeded &&
        (without_leader.state == process_state::starting ||
         probe.find_owner(members().front(), members, port.declared.transport, port.number,
                          options_.advertised, options_.is_bound_enough)
                 .owner == port_owner::family);
    if (!without_leader.goes_on) {
        without_leader.is_kill_due = true;
    }
}

void local_provider::report_end(const std::shared_ptr<child>& ended) {
    children_.erase(ended->order.process_id);
    ended->grace.cancel();
    process_event event(process_event::kind::exited, ended->order.process_id);
    event.succeeded = ended->how.succeeded;
    event.reason = std::move(ended->how.reason);
    listener_(event);
}

void local_provider::reap_strangers() {
    while (true) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
            return;
        }
        const auto own = std::find_if(children_.begin(), children_.end(), [&](const auto& each) {
            return !each.second->has_leader_ended && each.second->process.pid() == info.si_pid;
        });
        if (own != children_.end()) {
            // By value: the entry is erased on the way.
            const auto ended = own->second;
            finish(ended);
        } else {
            const auto orphan = info.si_pid;
            ::waitid(P_PID, static_cast<id_t>(orphan), &info, WEXITED | WNOHANG);
            for (const auto& [process_id, each] : children_) {
                // The game server that went on without its wrapper tells how it ended.
                if (each->goes_on && each->state != process_state::stopping &&
                    each->family.living().count(orphan) != 0) {
                    each->how = describe_exit(info);
                    sweep_soon();
                }
            }
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

class local_provider::round {
public:
    round(const local_provider& of, process_state state) : provider_(of), state_(state) {}

    /// What is seen of each port; nothing when nobody of the game server is alive.
    std::vector<port_sight> look_at(const child& which) {
        std::vector<port_sight> seen;
        if (const auto first = first_of(which)) {
            for (const auto& port : which.ports.ports()) {
                seen.push_back(probe_.find_owner(
                    *first, [&] { return members_of(which); }, port.declared.transport, port.number,
                    provider_.options_.advertised, provider_.options_.is_bound_enough));
            }
        }
        return seen;
    }

    /// The sockets bound to each port; nothing when nobody of the game server is alive.
    std::vector<std::vector<std::uint64_t>> sockets_of(const child& which) {
        std::vector<std::vector<std::uint64_t>> found;
        if (const auto first = first_of(which)) {
            for (const auto& port : which.ports.ports()) {
                found.push_back(probe_.sockets_at(*first, port.declared.transport, port.number));
            }
        }
        return found;
    }

private:
    std::optional<pid_t> first_of(const child& which) {
        if (!which.has_leader_ended) {
            return which.process.pid();
        }
        const auto members = members_of(which);
        return members.empty() ? std::nullopt : std::optional<pid_t>(members.front());
    }

    std::vector<pid_t> members_of(const child& which) {
        // One look at all processes serves all that ask in this round.
        if (!std::exchange(are_members_found_, true)) {
            std::vector<process_family*> families;
            for (const auto& [process_id, each] : provider_.children_) {
                if (each->state == state_) {
                    families.push_back(&each->family);
                }
            }
            find_members(process_table(), provider_.options_.marker, families);
        }
        std::vector<pid_t> ids;
        for (const auto& [process, start_time] : which.family.living()) {
            ids.push_back(process);
        }
        return ids;
    }

    const local_provider& provider_;
    process_state state_;
    port_probe probe_;
    bool are_members_found_ = false;
};

void local_provider::probe_all() {
    round looks(*this, process_state::starting);
    std::vector<process_event> events;
    bool is_any_left = false;
    for (const auto& [process_id, each] : children_) {
        if (each->state != process_state::starting) {
            continue;
        }
        is_any_left = true;
        const auto seen = looks.look_at(*each);
        if (seen.empty()) {
            continue;
        }
        auto verdict = each->ports.judge_starting(seen);
        for (auto& sentence : verdict.told) {
            events.emplace_back(process_event::kind::told, process_id).reason = std::move(sentence);
        }
        if (verdict.taken) {
            events.emplace_back(process_event::kind::port_taken, process_id).reason =
                std::move(*verdict.taken);
        }
        if (verdict.is_ready) {
            each->state = process_state::ready;
            events.emplace_back(process_event::kind::ready, process_id);
            guard_after(between_guards);
        }
    }
    if (is_any_left) {
        begin_probing();
    }
    for (const auto& event : events) {
        listener_(event);
    }
}

void local_provider::guard_after(duration pause) {
    if (std::exchange(guarding_, true)) {
        return;
    }
    guard_timer_.expires_after(pause);
    guard_timer_.async_wait([this](error_code ec) {
        if (!ec) {
            guarding_ = false;
            guard_ready_ones();
        }
    });
}

void local_provider::guard_ready_ones() {
    round looks(*this, process_state::ready);
    std::vector<process_event> events;
    bool is_any_left = false;
    bool is_any_doubtful = false;
    for (const auto& [process_id, each] : children_) {
        if (each->state != process_state::ready) {
            continue;
        }
        is_any_left = true;
        auto sockets = looks.sockets_of(*each);
        if (sockets == each->known_sockets) {
            continue;
        }
        const auto seen = looks.look_at(*each);
        if (seen.empty()) {
            continue;
        }
        auto verdict = each->ports.judge_ready(seen);
        for (auto& sentence : verdict.told) {
            events.emplace_back(process_event::kind::told, process_id).reason = std::move(sentence);
        }
        is_any_doubtful = is_any_doubtful || verdict.is_doubtful;
        if (!verdict.is_doubtful) {
            each->known_sockets = std::move(sockets);
        }
    }
    if (is_any_left) {
        guard_after(is_any_doubtful ? between_doubts : between_guards);
    }
    for (const auto& event : events) {
        listener_(event);
    }
}

void local_provider::report_later(process_event event) {
    asio::post(context_, [this, event = std::move(event)] { listener_(event); });
}

} // namespace roomport::server
