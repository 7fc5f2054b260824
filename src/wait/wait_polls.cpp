// The part of wait_state that begins polls, and ends those that nobody needs.

#include "common/time_arithmetic.hpp"
#include "wait/observer_failure.hpp"
#include "wait/wait_state.hpp"

#include <algorithm>
#include <exception>
#include <new>

namespace roomport::wait_detail {

void wait_state::begin_polls(time_point now) {
    if (queue_.empty() && candidates_.empty()) {
        return;
    }
    retry_at_ = time_point::max();
    try {
        // Where each poll counts, one held answer tells more than many polls.
        if (gate_.is_rate_limited()) {
            begin_holds(now);
            begin_queued(now);
        } else {
            begin_queued(now);
            begin_holds(now);
        }
    } catch (const std::bad_alloc&) {
        retry_at_ = now + pause_without_memory;
    }
    if (!queue_.empty() && gate_.all_held() && gate_.budget().open(now)) {
        make_way();
    }
}

void wait_state::begin_queued(time_point now) {
    if (queue_.empty() || !gate_.open(now)) {
        return;
    }
    refresh_ranks(now);
    while (!queue_.empty() && gate_.open(now)) {
        if (queue_.top().needs_single_poll || !begin_batch(now)) {
            const poll_id id = open_poll(1);
            entry& one = dequeue();
            const bool may_hold = prefers_hold(now) && !keeps_holds_for_batches();
            const duration hold = possible_hold(one, hold_limit_, now);
            begin_single(id, one, may_hold ? hold : duration::zero(), now);
            ++begun_from_queue_;
        }
    }
}

void wait_state::begin_holds(time_point now) {
    if (candidates_.empty() || !gate_.open_for_hold(now, entries_.size())) {
        return;
    }
    while (!candidates_.empty() && gate_.open_for_hold(now, entries_.size())) {
        if (begin_batch_hold(now)) {
            continue;
        }
        if (hold_limit_ == duration::zero() || keeps_holds_for_batches()) {
            return;
        }
        begin_single_hold(now);
    }
}

void wait_state::begin_single_hold(time_point now) {
    entry& one = candidates_.top();
    const duration hold = possible_hold(one, hold_limit_, now);
    if (hold > duration::zero()) {
        begin_single(open_poll(1), one, hold, now);
    } else {
        candidates_.pop();
    }
}

void wait_state::begin_single(poll_id id, entry& one, duration hold, time_point now) {
    under_way_[id].keys.push_back(&one);
    one.needs_single_poll = false;
    begin(id, hold, false, now);
}

poll_id wait_state::open_poll(std::size_t keys) {
    const poll_id id = under_way_.open();
    try {
        under_way_[id].keys.reserve(keys);
        answered_.reserve(keys);
        actions_.reserve(under_way_.size(), keys, keys * longest_key_);
    } catch (...) {
        under_way_.close(id);
        throw;
    }
    return id;
}

void wait_state::begin(poll_id id, duration hold, bool is_batch, time_point now) noexcept {
    poll_under_way& begun = under_way_[id];
    begun.present = begun.keys.size();
    begun.is_batch = is_batch;
    begun.under_way = true;
    begun.gives_way = false;
    begun.started = now;
    begun.hold = hold;
    duration longest{};
    time_point latest = time_point::min();
    for (std::size_t place = 0; place < begun.keys.size(); ++place) {
        entry& one = *begun.keys[place];
        (hold > duration::zero() ? one.held : one.ordinary) = id;
        (hold > duration::zero() ? one.place_in_held : one.place_in_ordinary) =
            static_cast<std::uint16_t>(place);
        if (!begun.is_held()) {
            one.cover(later(now, round_trip_.lead() * 3 / 2));
        }
        longest = std::max(longest, one.request_timeout);
        latest = std::max(latest, one.latest_deadline());
    }
    const time_point attempt_end = later(later(now, hold), longest);
    begun.is_cut_short = latest < attempt_end;
    gate_.begin(begun.is_held(), now);
    ++polls_begun_;
    for (entry* one : begun.keys) {
        reschedule(*one, now);
    }
    if (is_batch) {
        ++batch_polls_;
        batch_keys_ += begun.keys.size();
    }
    actions_.start(id, is_batch, hold, std::min(attempt_end, latest));
    for (const entry* one : begun.keys) {
        actions_.add_key(one->key());
    }
}

void wait_state::make_way() {
    // Holds take all places only where there is but one.
    for (poll_id id = 0; id < under_way_.size(); ++id) {
        poll_under_way& holding = under_way_[id];
        if (holding.under_way && holding.present > 0 && !holding.gives_way) {
            holding.gives_way = true;
            actions_.cancel(id);
            return;
        }
    }
}

void wait_state::abandon_polls(entry& one) {
    if (one.is_polled()) {
        leave_poll(one.ordinary, one.place_in_ordinary);
    }
    if (one.is_held()) {
        leave_poll(one.held, one.place_in_held);
    }
}

void wait_state::leave_poll(poll_id id, std::size_t place) {
    poll_under_way& left = under_way_[id];
    left.keys[place] = nullptr;
    if (--left.present == 0 && !left.gives_way) {
        actions_.cancel(id);
    }
}

} // namespace roomport::wait_detail
