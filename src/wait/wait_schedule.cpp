// The part of wait_state that decides when a key wants its next poll, and which of those that do comes first.

#include "common/time_arithmetic.hpp"
#include "wait/wait_state.hpp"

#include <algorithm>
#include <new>

namespace roomport::wait_detail {
namespace {

// Servers take a hold in whole seconds.
constexpr duration shortest_hold = std::chrono::seconds(1);

// A held answer that is later than this no longer stands in for ordinary polls.
constexpr duration hold_overdue_after = std::chrono::seconds(1);

// One in so many polls may go to keys that others overtook, so that the ranking is hardly disturbed.
constexpr std::size_t patience = 8;

// Ranks may be as old as it takes to compute them, many times over.
constexpr duration refresh_interval_per_key = std::chrono::microseconds(2);

} // namespace

time_point wait_state::planned(duration pause, time_point now) const {
    return pause == duration::zero() ? now : grid_.at_or_after(later(now, pause));
}

std::optional<time_point> wait_state::last_poll_time(const entry& one) const {
    const auto deadline = one.nearest_uncovered();
    if (!deadline) {
        return std::nullopt;
    }
    // The only poll that somebody gets should not fail for an answer that takes a little longer than most.
    const int round_trips = one.history.count() == 0 ? 2 : 1;
    return grid_.at_or_before(*deadline - round_trip_.lead() * round_trips);
}

time_point wait_state::due_time(const entry& one, time_point now) const {
    time_point due = one.next_poll;
    time_point answered_by = time_point::max();
    if (one.is_held()) {
        const poll_under_way& holding = under_way_[one.held];
        const time_point hold_end = later(holding.started, holding.hold);
        due = std::max(due, grid_.at_or_after(later(hold_end, hold_overdue_after)));
        answered_by = std::max(later(hold_end, round_trip_.lead()), now);
    }
    const auto deadline = one.nearest_uncovered();
    if (deadline && answered_by > *deadline) {
        due = std::min(due, std::max(*last_poll_time(one), now));
    }
    return due;
}

duration wait_state::possible_hold(const entry& one, duration limit, time_point now) const {
    const bool is_starting =
        one.history.count() == 0 ? one.is_new : one.history.state() == observed_state::starting;
    const bool is_free = !one.is_polled() && !one.is_held() && !one.is_queued;
    const auto deadline = one.nearest_uncovered();
    if (!is_starting || !is_free || !one.trust.may_hold() || !deadline) {
        return duration::zero();
    }
    const duration hold = std::min(limit, *deadline - round_trip_.lead() - now);
    return hold >= shortest_hold ? hold : duration::zero();
}

void wait_state::offer_hold(entry& one, time_point now) noexcept {
    const bool may_hold = possible_hold(one, longest_hold(), now) > duration::zero();
    if (one.is_candidate() && may_hold) {
        candidates_.move(one, one.nearest_deadline());
    } else if (one.is_candidate()) {
        candidates_.erase(one);
    } else if (may_hold) {
        try {
            candidates_.insert(one, one.nearest_deadline());
        } catch (const std::bad_alloc&) {
            // It is polled without a hold then.
            return;
        }
    }
}

void wait_state::reschedule(entry& one, time_point now) noexcept {
    if (!one.is_queued) {
        offer_hold(one, now);
    }
    time_point wake = one.nearest_deadline();
    if (one.is_queued) {
        // Its rank changes when its last poll is due.
        const auto last_poll = last_poll_time(one);
        wake = last_poll && *last_poll > now ? std::min(wake, *last_poll) : wake;
    } else if (!one.is_polled()) {
        wake = std::min(wake, due_time(one, now));
    }
    schedule_.move(one, wake);
}

poll_rank wait_state::rank(const entry& one, std::uint32_t begun_before, time_point now) {
    const poll_rank by_worth(poll_rank::by_worth, 0, begun_before);
    if (by_worth.overtaken(begun_from_queue_) >
        patience * std::max<std::size_t>(queue_.size(), 1)) {
        return {poll_rank::overdue, 0, begun_before};
    }
    const auto last_poll = last_poll_time(one);
    if (last_poll && *last_poll <= now) {
        const std::chrono::duration<float> left = one.nearest_deadline() - started_;
        return {poll_rank::last_poll, -left.count(), begun_before};
    }
    return {poll_rank::by_worth, static_cast<float>(one.urgency(now, actions_)), begun_before};
}

void wait_state::enqueue(entry& one, const poll_rank& how, time_point now) {
    if (one.is_candidate()) {
        candidates_.erase(one);
    }
    if (queue_.empty()) {
        ranked_at_ = now;
    }
    queue_.insert(one, how);
    one.set_queued(true);
}

entry& wait_state::dequeue() {
    entry& one = queue_.pop();
    one.set_queued(false);
    return one;
}

void wait_state::refresh_ranks(time_point now) {
    if (now - ranked_at_ <
        refresh_interval_per_key * static_cast<duration::rep>(queue_.size()) + duration(1)) {
        return;
    }
    ranked_at_ = now;
    queue_.rekey([&](const entry& one, const poll_rank& before) {
        return rank(one, before.begun_before, now);
    });
}

} // namespace roomport::wait_detail
