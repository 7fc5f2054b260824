#include "server/simulation/simulation.hpp"

namespace roomport::server {

simulation::simulation(simulation_spec spec) : spec_(spec), random_(spec.seed) {}

void simulation::create(time_point now, const std::string& process_id) {
    processes_[process_id] = simulated_process();
    // Always as many draws for a launch, so that one setting does not change what the others do.
    const double fate = std::uniform_real_distribution<double>(0, 1)(random_);
    const auto when = now + spec_.start.sample(random_);
    if (fate < spec_.never) {
        return;
    }
    if (fate < spec_.never + spec_.crash) {
        schedule(when, process_id, step::crash);
    } else if (fate < spec_.never + spec_.crash + spec_.quit) {
        schedule(when, process_id, step::quit);
    } else {
        schedule(when, process_id, step::bind);
    }
}

void simulation::stop(time_point now, const std::string& process_id, bool at_once) {
    const auto found = processes_.find(process_id);
    if (found == processes_.end() || (found->second.state == process_state::stopping && !at_once)) {
        return;
    }
    found->second.state = process_state::stopping;
    if (at_once) {
        schedule(now, process_id, step::kill);
    } else {
        schedule(spec_.has_stop ? now + spec_.stop.sample(random_) : now, process_id, step::quit);
    }
}

std::optional<process_state> simulation::observe(const std::string& process_id) const {
    const auto found = processes_.find(process_id);
    if (found == processes_.end()) {
        return std::nullopt;
    }
    return found->second.state;
}

std::vector<std::string> simulation::list() const {
    std::vector<std::string> all;
    all.reserve(processes_.size());
    for (const auto& [process_id, process] : processes_) {
        all.push_back(process_id);
    }
    return all;
}

time_point simulation::next() const {
    return steps_.empty() ? time_point::max() : steps_.begin()->first;
}

std::vector<process_event> simulation::run_until(time_point now) {
    std::vector<process_event> events;
    while (!steps_.empty() && steps_.begin()->first <= now) {
        const auto when = steps_.begin()->first;
        const auto due = std::move(steps_.begin()->second);
        steps_.erase(steps_.begin());
        const auto found = processes_.find(due.process_id);
        if (found == processes_.end() || found->second.due_step != due.number) {
            continue;
        }
        if (due.what == step::bind) {
            found->second.state = process_state::ready;
            if (spec_.has_life) {
                schedule(when + spec_.life.sample(random_), due.process_id, step::quit);
            }
            events.emplace_back(process_event::kind::ready, due.process_id);
            continue;
        }
        processes_.erase(found);
        auto& event = events.emplace_back(process_event::kind::exited, due.process_id);
        event.succeeded = due.what == step::quit;
        if (due.what == step::kill) {
            event.reason = "signal 9";
        } else {
            event.reason = due.what == step::quit ? "exit status 0" : "exit status 1";
        }
    }
    return events;
}

void simulation::schedule(time_point when, const std::string& process_id, step what) {
    scheduled_step scheduled;
    scheduled.process_id = process_id;
    scheduled.what = what;
    scheduled.number = next_number_++;
    // A later decision replaces the one that was due.
    processes_[process_id].due_step = scheduled.number;
    steps_.emplace(when, std::move(scheduled));
}

} // namespace roomport::server
