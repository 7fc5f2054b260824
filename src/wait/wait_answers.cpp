// The part of wait_state that takes in what polls found.

#include "common/time_arithmetic.hpp"
#include "wait/observer_failure.hpp"
#include "wait/wait_state.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace roomport::wait_detail {

void wait_state::observed(poll_id id, const observation& seen, time_point now) noexcept {
    const ended_poll done = take(id, seen, seen.state != observed_state::starting, now);
    take_in(answered_.front(), now, [&](entry& one) { return answered(one, done, seen, now); });
    finish_answers(now);
}

void wait_state::observed_many(poll_id id, const batch_observation& seen, time_point now) noexcept {
    const bool has_news = std::any_of(seen.keys.begin(), seen.keys.end(), [](const auto& one) {
        return one && one->state != observed_state::starting;
    });
    const ended_poll done = take(id, seen.whole, has_news, now);
    const bool failed = has_failed(seen.whole.state);
    for (std::size_t place = 0; place < answered_.size(); ++place) {
        const auto* own =
            place < seen.keys.size() && seen.keys[place] ? &*seen.keys[place] : nullptr;
        take_in(answered_[place], now, [&](entry& one) {
            return failed || own != nullptr ? answered(one, done, failed ? seen.whole : *own, now)
                                            : not_answered(one, now);
        });
    }
    finish_answers(now);
}

void wait_state::start_failed(poll_id id, const std::exception_ptr& thrown,
                              time_point now) noexcept {
    if (under_way_[id].is_batch) {
        batch_observation seen;
        seen.whole = describe(thrown);
        observed_many(id, seen, now);
    } else {
        observed(id, describe(thrown), now);
    }
}

/// Takes in what was seen of one key; where that can't be done now, it is seen again soon.
template <class Take>
void wait_state::take_in(entry*& one, time_point now, Take take) {
    if (one == nullptr) {
        return;
    }
    try {
        if (take(*one)) {
            return;
        }
    } catch (...) {
        one->next_poll = planned(failure_pause(1, random_), now);
        reschedule(*one, now);
        actions_.caught(std::current_exception());
    }
    one = nullptr;
}

ended_poll wait_state::take(poll_id id, const observation& whole, bool has_news, time_point now) {
    poll_under_way& over = under_way_[id];
    ended_poll done;
    done.gives_way = over.gives_way;
    done.is_cut_short = over.is_cut_short;
    done.has_news = has_news;
    done.started = over.started;
    done.hold = over.hold;
    const phase_times& times = whole.times;
    done.sent = later(done.started, times.queue + times.resolve + times.connect + times.handshake);
    done.sent = std::min(done.sent, now);
    answered_.swap(over.keys);
    const bool is_abandoned = over.present == 0;
    const bool is_batch = over.is_batch;
    // All of them before anything can go wrong: the number of this poll may soon be that of another.
    for (entry* one : answered_) {
        if (one != nullptr) {
            detach(*one, done);
        }
    }
    under_way_.close(id);
    if (!is_batch && !has_failed(whole.state)) {
        hold_limit_ = whole.hold_limit;
        is_hold_limit_answered_ = true;
    }

    const bool failed = has_failed(whole.state);
    const bool says_nothing = is_without_news(done, whole);
    if (whole.not_before) {
        gate_.raise_floor(*whole.not_before);
    }
    const poll_outcome how = says_nothing ? poll_outcome::unknown : outcome_of(whole);
    gate_.end(done.is_held(), how, done.started, now);
    gate_.offer(whole.places.value_or(std::numeric_limits<std::size_t>::max()));
    throttled_ += how == poll_outcome::throttled ? 1 : 0;
    if (is_abandoned || says_nothing) {
        return done;
    }
    failures_ += failed ? 1 : 0;
    if (!done.is_held() && (!failed || whole.http_status != 0)) {
        round_trip_.add(now - done.started);
    }
    return done;
}

void wait_state::finish_answers(time_point now) {
    // Whoever is told when the next poll comes should know of one that begins now.
    if (std::any_of(answered_.begin(), answered_.end(), [](const entry* one) { return one; })) {
        begin_polls(now);
    }
    for (const entry* one : answered_) {
        if (one != nullptr) {
            one->waiters.for_each([&](const waiter& wait) { tell(wait, *one, now); });
        }
    }
    answered_.clear();
    go_on(now);
}

void wait_state::detach(entry& one, const ended_poll& done) {
    (done.is_held() ? one.held : one.ordinary) = no_poll;
}

bool wait_state::ended_without_news(entry& one, const ended_poll& done, time_point now) {
    // Those whose deadline cut the poll short leave first, for it was under way until now.
    expire(one, one.is_polled() || !done.is_held(), now);
    if (one.waiters.empty()) {
        end(one);
        return false;
    }
    if (done.is_held() && !done.gives_way) {
        one.trust.broken();
    }
    const duration pause = one.pause(now - done.started, now, random_.next(), actions_);
    one.next_poll = std::max(now, grid_.at_or_after(later(done.started, pause)));
    reschedule(one, now);
    return false;
}

bool wait_state::not_answered(entry& one, time_point now) {
    one.needs_single_poll = true;
    one.next_poll = now;
    reschedule(one, now);
    return false;
}

bool wait_state::answered(entry& one, const ended_poll& done, const observation& seen,
                          time_point now) {
    if (is_without_news(done, seen)) {
        return ended_without_news(one, done, now);
    }
    one.cover(later(now, round_trip_.lead() * 3 / 2));
    if (has_failed(seen.state)) {
        plan_after_failure(one, done, now);
    } else {
        take_answer(one, done, now);
    }
    one.history.record(seen, words_);
    learn(one, done, seen, now);
    judge_all(one, seen, now);
    if (one.waiters.empty()) {
        end(one);
        return false;
    }
    if (!has_failed(seen.state)) {
        // Only now: the cadence is asked about keys that somebody still waits for.
        ++one.polls;
        const duration pause = one.pause(now - done.started, now, random_.next(), actions_);
        one.next_poll = planned(pause, now);
    }
    reschedule(one, now);
    return true;
}

void wait_state::plan_after_failure(entry& one, const ended_poll& done, time_point now) {
    one.failures = static_cast<std::uint16_t>(std::min(one.failures + 1, 0xffff));
    if (done.is_held()) {
        // An ordinary answer between two holds would else end the backoff each time.
        one.trust.broken();
    }
    one.next_poll = planned(failure_pause(one.failures, random_), now);
}

void wait_state::take_answer(entry& one, const ended_poll& done, time_point now) {
    one.failures = 0;
    const duration took = now - done.started;
    if (!done.is_held()) {
        one.trust.ordinary_answer();
    } else if (done.has_news || took >= done.hold / 2) {
        one.trust.kept();
    } else {
        one.trust.broken();
    }
}

void wait_state::learn(entry& one, const ended_poll& done, const observation& seen,
                       time_point now) {
    const duration lead = round_trip_.lead();
    if (seen.state == observed_state::starting) {
        one.seen_starting(decided_after(done, lead, now));
    } else if (seen.state == observed_state::ready) {
        if (seen.start_time) {
            one.learn_exactly(*seen.start_time, actions_);
            return;
        }
        // A server that held the poll answered because the key just became ready.
        const bool was_held = done.is_held() && now - done.started > 2 * lead;
        one.learn_ready(was_held ? now - lead : time_point::min(), now, actions_);
    }
}

void wait_state::judge_all(entry& one, const observation& seen, time_point now) {
    one.waiters.for_each([&](waiter& wait) {
        if (const auto ended = judge(wait, seen, now)) {
            complete(wait, *ended, seen, now);
        }
    });
}

std::optional<error_code> wait_state::judge(waiter& wait, const observation& seen, time_point now) {
    try {
        return wait.judge(seen, now);
    } catch (...) {
        actions_.caught(std::current_exception());
        return std::nullopt;
    }
}

void wait_state::tell(const waiter& wait, const entry& one, time_point now) {
    if (!wait.options().on_progress) {
        return;
    }
    duration retry_in{};
    if (!one.is_polled() && !one.is_held()) {
        const time_point due = one.is_queued ? now : due_time(one, now);
        retry_in = std::max(due, gate_.budget().opens_at(now)) - now;
        retry_in = std::max(retry_in, duration::zero());
    }
    const auto kind =
        has_failed(one.history.state()) ? wait_event::kind::retrying : wait_event::kind::polled;
    actions_.report(wait.progress(kind, one.key(), retry_in, one.history,
                                  one.waiters.seen_before(wait), words_, now));
}

} // namespace roomport::wait_detail
