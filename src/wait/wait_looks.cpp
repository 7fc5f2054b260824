// The half of wait_state that decides about looks: when the next one comes, which may begin, what an answer changes.

#include "common/time_arithmetic.hpp"
#include "wait/wait_state.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace roomport::wait_detail {
namespace {

// Servers take a hold in whole seconds.
constexpr duration shortest_hold = std::chrono::seconds(1);

// A held answer that is later than this no longer stands in for ordinary looks.
constexpr duration hold_overdue_after = std::chrono::seconds(1);

bool has_failed(const observation& seen) {
    return seen.state == observed_state::failed || seen.state == observed_state::gone;
}

// The attempt's own deadline passed; a connection that took too long is a failure like any other.
bool ran_out_of_time(const observation& seen) {
    return seen.state == observed_state::failed && seen.error == error_code(error::attempt_timeout);
}

bool is_dropped_hold(const observation& seen) {
    return seen.held && seen.state == observed_state::failed &&
           (seen.error == errc::closed || seen.error == errc::timeout);
}

} // namespace

void wait_state::observed(look_id id, observation seen, time_point now) {
    const look done = looks_[id];
    looks_[id] = look();
    free_looks_.push_back(id);
    gate_.end(done.held);
    if (seen.not_before) {
        gate_.raise_floor(*seen.not_before);
    }
    if (done.owner != nullptr) {
        const bool gave_way = done.gives_way && seen.error == boost::asio::error::operation_aborted;
        const bool is_dropped = done.held && is_dropped_hold(seen);
        if (gave_way || is_dropped || (done.is_cut_short && ran_out_of_time(seen))) {
            ended_without_news(*done.owner, done, now);
        } else {
            answered(*done.owner, done, std::move(seen), now);
        }
    }
    advance(now);
}

void wait_state::ended_without_news(entry& one, const look& done, time_point now) {
    // Those whose deadline cut the attempt short leave first, while it still counts as under way.
    expire(one, now);
    (done.held ? one.held : one.ordinary).reset();
    if (one.waiters.empty()) {
        end(one);
        return;
    }
    if (done.held && !done.gives_way) {
        one.trust.broken();
    }
    const duration pause = one.pause(now - done.started, now, random_.next(), actions_);
    one.next_look = std::max(now, later(done.started, pause));
    reschedule(one, now);
}

void wait_state::answered(entry& one, const look& done, observation seen, time_point now) {
    (done.held ? one.held : one.ordinary).reset();
    const bool failed = has_failed(seen);
    failures_ += failed ? 1 : 0;
    if (!failed) {
        hold_limit_ = seen.hold_limit;
    }
    if (!done.held && (!failed || seen.http_status != 0)) {
        round_trip_.add(now - done.started);
    }
    plan_next(one, done, seen, now);
    if (one.last) {
        *one.last = std::move(seen);
    } else {
        one.last = std::make_unique<observation>(std::move(seen));
    }
    judge_all(one, now);
    if (one.waiters.empty()) {
        end(one);
        return;
    }
    reschedule(one, now);
    begin_looks(now);
    for (const waiter& wait : one.waiters) {
        tell(wait, one, now);
    }
}

void wait_state::plan_next(entry& one, const look& done, const observation& seen, time_point now) {
    one.cover(later(now, round_trip_.lead() * 3 / 2));
    if (has_failed(seen)) {
        ++one.failures;
        one.next_look = later(now, failure_pause(one.failures, random_));
        return;
    }
    one.failures = 0;
    ++one.looks;
    const duration took = now - done.started;
    if (!done.held) {
        one.trust.ordinary_answer();
    } else if (took >= done.hold / 2) {
        one.trust.kept();
    } else {
        one.trust.broken();
    }
    one.next_look = later(now, one.pause(took, now, random_.next(), actions_));
}

void wait_state::judge_all(entry& one, time_point now) {
    for (auto next = one.waiters.begin(); next != one.waiters.end();) {
        waiter& wait = *next++;
        if (const auto ended = judge(wait, one, now)) {
            complete(wait, *ended, now);
        }
    }
}

std::optional<error_code> wait_state::judge(waiter& wait, const entry& one, time_point now) {
    try {
        return wait.judge(*one.last, now);
    } catch (...) {
        actions_.caught(std::current_exception());
        return std::nullopt;
    }
}

void wait_state::tell(const waiter& wait, const entry& one, time_point now) {
    duration retry_in{};
    if (!one.ordinary && !one.held) {
        const time_point due = one.is_queued() ? now : due_time(one, now);
        retry_in = std::max(due, gate_.floor()) - now;
        retry_in = std::max(retry_in, duration::zero());
    }
    const auto kind = has_failed(*one.last) ? wait_event::kind::retrying : wait_event::kind::polled;
    wait.tell(kind, one.key, retry_in, now, actions_);
}

time_point wait_state::due_time(const entry& one, time_point now) const {
    const duration lead = round_trip_.lead();
    time_point due = one.next_look;
    time_point answered_by = time_point::max();
    if (one.held) {
        const look& holding = looks_[*one.held];
        const time_point hold_end = later(holding.started, holding.hold);
        due = std::max(due, later(hold_end, hold_overdue_after));
        answered_by = std::max(later(hold_end, lead), now);
    }
    const auto deadline = one.nearest_uncovered();
    if (deadline && answered_by > *deadline) {
        due = std::min(due, std::max(*deadline - lead, now));
    }
    return due;
}

duration wait_state::possible_hold(const entry& one, time_point now) const {
    const bool is_starting = one.last && one.last->state == observed_state::starting;
    const bool is_free = !one.ordinary && !one.held && !one.is_queued();
    const auto deadline = one.nearest_uncovered();
    if (!is_starting || !is_free || !one.trust.may_hold() || !deadline) {
        return duration::zero();
    }
    const duration hold = std::min(hold_limit_, *deadline - round_trip_.lead() - now);
    return hold >= shortest_hold ? hold : duration::zero();
}

void wait_state::reschedule(entry& one, time_point now) {
    if (one.is_candidate()) {
        candidates_.erase(candidates_.iterator_to(one));
    }
    if (possible_hold(one, now) > duration::zero()) {
        one.candidate_rank = one.nearest_deadline();
        candidates_.insert(one);
    }
    time_point wake = one.nearest_deadline();
    if (!one.ordinary && !one.is_queued()) {
        wake = std::min(wake, due_time(one, now));
    }
    schedule_.move(one, wake);
}

void wait_state::begin_looks(time_point now) {
    while (gate_.open(now) && !queue_.empty()) {
        entry& one = queue_.front();
        queue_.pop_front();
        begin_look(one, duration::zero(), now);
    }
    while (begin_hold(now)) {
    }
    if (!queue_.empty() && gate_.all_held() && gate_.floor() <= now) {
        make_way();
    }
}

bool wait_state::begin_hold(time_point now) {
    while (!candidates_.empty() && gate_.open_for_hold(now, entries_.size())) {
        entry& one = *candidates_.begin();
        const duration hold = possible_hold(one, now);
        if (hold > duration::zero()) {
            begin_look(one, hold, now);
            return true;
        }
        candidates_.erase(candidates_.begin());
    }
    return false;
}

void wait_state::begin_look(entry& one, duration hold, time_point now) {
    const look_id id = open_look();
    look& begun = looks_[id];
    begun.owner = &one;
    begun.held = hold > duration::zero();
    begun.under_way = true;
    begun.started = now;
    begun.hold = hold;
    const time_point attempt_end = later(later(now, hold), one.request_timeout);
    begun.is_cut_short = one.latest_deadline() < attempt_end;
    if (begun.held) {
        one.held = id;
    } else {
        one.ordinary = id;
        one.cover(later(now, round_trip_.lead() * 3 / 2));
    }
    gate_.begin(begun.held);
    ++polls_;
    reschedule(one, now);
    actions_.start_look(id, one.key, hold, std::min(attempt_end, one.latest_deadline()));
}

look_id wait_state::open_look() {
    if (free_looks_.empty()) {
        looks_.emplace_back();
        free_looks_.reserve(looks_.size());
        return static_cast<look_id>(looks_.size() - 1);
    }
    const look_id id = free_looks_.back();
    free_looks_.pop_back();
    return id;
}

void wait_state::make_way() {
    // Holds take all places only where there is but one.
    const auto holding =
        std::find_if(looks_.begin(), looks_.end(), [](const look& one) { return one.under_way; });
    if (holding->owner != nullptr && !holding->gives_way) {
        holding->gives_way = true;
        actions_.cancel_look(static_cast<look_id>(holding - looks_.begin()));
    }
}

void wait_state::abandon_looks(const entry& one) {
    for (const auto& id : {one.ordinary, one.held}) {
        if (id) {
            looks_[*id].owner = nullptr;
            actions_.cancel_look(*id);
        }
    }
}

} // namespace roomport::wait_detail
