// The part of wait_state that puts many keys into one poll.

#include "common/time_arithmetic.hpp"
#include "wait/wait_state.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace roomport::wait_detail {
namespace {

/// The most keys of one poll that the observer and the engine can do with; zero where only single polls are possible.
std::size_t most_keys(const batch_terms& terms) {
    const std::size_t most =
        std::min<std::size_t>(terms.most, std::numeric_limits<std::uint16_t>::max());
    return most >= std::max<std::size_t>(terms.least, 2) ? most : 0;
}

std::size_t least_keys(const batch_terms& terms) {
    return std::max<std::size_t>(terms.least, 2);
}

} // namespace

bool wait_state::begin_batch(time_point now) {
    // Memory is taken for as many as there may be, not for as many as the observer could do with.
    const std::size_t most = std::min(most_keys(terms_), entries_.size());
    if (most == 0 || queue_.size() < least_keys(terms_)) {
        return false;
    }
    set_aside_.clear();
    set_aside_.reserve(std::min(2 * most, queue_.size()));
    const poll_id id = open_poll(most);
    duration hold = take_due(id, most, now);
    const auto& keys = under_way_[id].keys;
    if (keys.empty()) {
        under_way_.close(id);
        return false;
    }
    begun_from_queue_ += static_cast<std::uint32_t>(keys.size());
    if (hold > duration::zero() && prefers_hold(now)) {
        for (entry* one : keys) {
            one->ordinary = no_poll;
        }
        hold = add_candidates(id, most, hold, now);
    } else {
        hold = duration::zero();
        add_riders(id, most, now);
    }
    begin(id, hold, true, now);
    return true;
}

duration wait_state::take_due(poll_id id, std::size_t most, time_point now) {
    auto& keys = under_way_[id].keys;
    duration hold = terms_.hold_limit;
    while (!queue_.empty() && keys.size() < most && set_aside_.size() < most) {
        const poll_rank before = queue_.top_key();
        entry& one = dequeue();
        if (one.needs_single_poll) {
            set_aside_.emplace_back(&one, before);
        } else {
            hold = std::min(hold, possible_hold(one, terms_.hold_limit, now));
            keys.push_back(&one);
            one.ordinary = id;
        }
    }
    if (keys.size() < least_keys(terms_)) {
        for (entry* one : keys) {
            one->ordinary = no_poll;
            set_aside_.emplace_back(one, rank(*one, begun_from_queue_, now));
        }
        keys.clear();
    }
    for (const auto& [one, before] : set_aside_) {
        try {
            enqueue(*one, before, now);
        } catch (const std::bad_alloc&) {
            // It is still due, and queued again when time goes on.
            reschedule(*one, now);
        }
    }
    return hold;
}

void wait_state::add_riders(poll_id id, std::size_t most, time_point now) {
    auto& keys = under_way_[id].keys;
    // Those that would be due before the answer is back, or before another poll may begin, cost nothing here.
    const time_point until = std::max(later(now, round_trip_.mean()), gate_.opens_after_next(now));
    while (keys.size() < most && !schedule_.empty() && schedule_.top_key() <= until) {
        entry& one = schedule_.top();
        if (one.is_queued || one.is_polled() || one.needs_single_poll ||
            one.nearest_deadline() <= schedule_.top_key() || due_time(one, now) > until) {
            return;
        }
        if (one.is_candidate()) {
            candidates_.erase(one);
        }
        keys.push_back(&one);
        one.ordinary = id;
        schedule_.move(one, one.nearest_deadline());
    }
}

bool wait_state::begin_batch_hold(time_point now) {
    const std::size_t most =
        terms_.hold_limit > duration::zero() ? std::min(most_keys(terms_), entries_.size()) : 0;
    // Small groups would take the places for long, and leave the others to be polled one by one.
    const std::size_t share = entries_.size() / std::max<std::size_t>(gate_.held_places(), 1);
    const std::size_t wanted = std::max(least_keys(terms_), std::min(most, share) / 2);
    if (most == 0 || candidates_.size() < wanted) {
        return false;
    }
    const poll_id id = open_poll(most);
    const duration hold = add_candidates(id, most, terms_.hold_limit, now);
    const auto& keys = under_way_[id].keys;
    if (keys.size() >= least_keys(terms_)) {
        begin(id, hold, true, now);
        return true;
    }
    for (entry* one : keys) {
        reschedule(*one, now);
    }
    under_way_.close(id);
    return false;
}

duration wait_state::add_candidates(poll_id id, std::size_t most, duration hold, time_point now) {
    auto& keys = under_way_[id].keys;
    while (!candidates_.empty() && keys.size() < most) {
        entry& one = candidates_.pop();
        const duration possible = possible_hold(one, terms_.hold_limit, now);
        if (possible > duration::zero()) {
            hold = std::min(hold, possible);
            keys.push_back(&one);
        }
    }
    return hold;
}

bool wait_state::prefers_hold(time_point now) const noexcept {
    return gate_.is_rate_limited() && gate_.open_for_hold(now, entries_.size());
}

duration wait_state::longest_hold() const noexcept {
    if (gate_.held_places() == 0) {
        return duration::zero();
    }
    return most_keys(terms_) > 0 ? std::max(hold_limit_, terms_.hold_limit) : hold_limit_;
}

bool wait_state::keeps_holds_for_batches() const noexcept {
    return most_keys(terms_) > 0 && terms_.hold_limit > duration::zero() &&
           entries_.size() > gate_.held_places();
}

} // namespace roomport::wait_detail
