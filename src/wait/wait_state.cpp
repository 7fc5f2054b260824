#include "wait/wait_state.hpp"

#include "common/time_arithmetic.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace roomport::wait_detail {

wait_state::wait_state(const wait_engine_options& options, wait_actions& actions)
    : actions_(actions),
      default_cadence_(options.cadence ? options.cadence : exponential_cadence()),
      random_(options.seed), gate_(options.max_in_flight, options.max_held) {}

wait_state::~wait_state() {
    queue_.clear();
    candidates_.clear();
}

void wait_state::start(waiter& wait, std::string_view key, time_point now) {
    entry& one = find_or_add(wait, key, now);
    one.join(wait);
    ++waiters_;
    if (one.last) {
        catch_up(wait, one, now);
    } else {
        reschedule(one, now);
    }
    advance(now);
}

entry& wait_state::find_or_add(const waiter& wait, std::string_view key, time_point now) {
    if (const auto found = entries_.find(key); found != entries_.end()) {
        return *found->second;
    }
    const auto& wanted = wait.options().cadence;
    auto made = std::make_unique<entry>(key, wanted ? wanted : default_cadence_, now);
    made->serial = next_serial_++;
    entry& one = *made;
    const auto added = entries_.emplace(std::string_view(one.key), std::move(made)).first;
    try {
        schedule_.insert(one);
    } catch (...) {
        entries_.erase(added);
        throw;
    }
    return one;
}

void wait_state::catch_up(waiter& wait, entry& one, time_point now) {
    if (const auto ended = judge(wait, one, now)) {
        complete(wait, *ended, now);
        leave_or_reschedule(one, now);
        return;
    }
    reschedule(one, now);
    tell(wait, one, now);
}

void wait_state::cancel(waiter& wait, time_point now) {
    entry& one = *wait.owner;
    complete(wait, boost::asio::error::operation_aborted, now);
    leave_or_reschedule(one, now);
    advance(now);
}

void wait_state::cancel_all(time_point now) {
    queue_.clear();
    candidates_.clear();
    schedule_.clear();
    for (const auto& row : entries_) {
        entry& one = *row.second;
        abandon_looks(one);
        while (!one.waiters.empty()) {
            complete(*one.waiters.begin(), boost::asio::error::operation_aborted, now);
        }
    }
    entries_.clear();
}

void wait_state::advance(time_point now) {
    while (!schedule_.empty() && schedule_.top().wake <= now) {
        entry& one = schedule_.top();
        expire(one, now);
        if (one.waiters.empty()) {
            end(one);
            continue;
        }
        if (!one.ordinary && !one.is_queued() && due_time(one, now) <= now) {
            queue_.push_back(one);
        }
        reschedule(one, now);
    }
    begin_looks(now);
    advanced_to_ = now;
}

std::optional<time_point> wait_state::next_wake() const {
    if (schedule_.empty()) {
        return std::nullopt;
    }
    time_point wake = schedule_.top().wake;
    const bool stopped_by_floor = gate_.has_place() && gate_.floor() > advanced_to_;
    if (stopped_by_floor && !(queue_.empty() && candidates_.empty())) {
        wake = std::min(wake, gate_.floor());
    }
    return wake;
}

wait_engine_metrics wait_state::metrics() const {
    wait_engine_metrics now;
    now.keys = entries_.size();
    now.waiters = waiters_;
    now.in_flight = gate_.in_flight();
    now.held = gate_.held();
    now.queued = queue_.size();
    now.polls = polls_;
    now.failures = failures_;
    return now;
}

void wait_state::expire(entry& one, time_point now) {
    while (!one.waiters.empty() && one.nearest_deadline() <= now) {
        waiter& wait = *one.waiters.begin();
        if (one.ordinary) {
            wait.note_unanswered_look();
        }
        complete(wait, error::deadline_passed, now);
    }
}

void wait_state::complete(waiter& wait, error_code ec, time_point now) {
    entry& one = *wait.owner;
    wait_result result;
    if (!ec.failed()) {
        result.exposed_port = one.last->exposed_port;
        result.additional_ports = one.last->additional_ports;
        wait.tell(wait_event::kind::ready, one.key, duration::zero(), now, actions_);
    }
    result.evidence = wait.take_evidence(now);
    one.leave(wait);
    --waiters_;
    actions_.complete(wait, ec, std::move(result));
}

void wait_state::leave_or_reschedule(entry& one, time_point now) {
    if (one.waiters.empty()) {
        end(one);
    } else {
        reschedule(one, now);
    }
}

void wait_state::end(entry& one) {
    if (one.is_queued()) {
        queue_.erase(queue_.iterator_to(one));
    }
    if (one.is_candidate()) {
        candidates_.erase(candidates_.iterator_to(one));
    }
    schedule_.erase(one);
    abandon_looks(one);
    entries_.erase(entries_.find(one.key));
}

} // namespace roomport::wait_detail
