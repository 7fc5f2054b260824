#include "wait/wait_state.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::wait_detail {
namespace {

// The policy may plan anew for each key that it learns from, and nobody wants to wait for that a million times.
constexpr std::size_t most_learned_when_all_leave = 1000;

// So that handlers run in between instead of piling up.
constexpr std::size_t ended_at_a_time = 256;

} // namespace

wait_state::wait_state(const wait_engine_options& options)
    : default_cadence_(new shared_cadence(options.cadence ? options.cadence : learned_cadence())),
      random_(options.seed), gate_(options.max_in_flight, options.max_held, options.max_rate),
      grid_(options.tick) {}

wait_state::~wait_state() {
    for (entry* one : entries_) {
        entry::release()(one);
    }
    while (first_given_up_ != nullptr) {
        entry::release()(std::exchange(first_given_up_, first_given_up_->next_given_up));
    }
}

void wait_state::offer(const batch_terms& terms, duration hold_limit) noexcept {
    terms_ = terms;
    if (!is_hold_limit_answered_) {
        hold_limit_ = hold_limit;
    }
}

void wait_state::start(waiter& wait, std::string_view key, time_point now,
                       std::optional<time_point> created) {
    if (started_ == time_point::min()) {
        started_ = now;
    }
    entry& one = find_or_add(wait, key, created, now);
    try {
        one.join(wait);
    } catch (...) {
        leave_or_reschedule(one, now);
        throw;
    }
    ++waiters_;
    reschedule(one, now);
    if (one.history.has_last()) {
        try {
            catch_up(wait, one, now);
        } catch (const std::bad_alloc&) {
            // It judges the next observation then.
            reschedule(one, now);
        }
    }
    go_on(now);
}

entry& wait_state::find_or_add(const waiter& wait, std::string_view key,
                               std::optional<time_point> created, time_point now) {
    if (const auto found = entries_.find(key); found != entries_.end()) {
        return **found;
    }
    const auto& own = wait.settings().policy;
    const auto& policy = own ? own : default_cadence_;
    const auto number = entry::ask_group(*policy->policy, wait.options().group, actions_);
    auto group = groups_.join(policy, number, created.has_value());
    auto made = entry::make(key, std::move(group), created, now);
    entry& one = *made;
    one.serial = next_serial_++;
    const auto added = entries_.insert(made.get()).first;
    try {
        schedule_.insert(one, time_point::max());
    } catch (...) {
        entries_.erase(added);
        throw;
    }
    static_cast<void>(made.release());
    longest_key_ = std::max(longest_key_, key.size());
    if (created) {
        one.is_new = true;
        one.next_poll = planned(one.first_pause(now, random_.next(), actions_), now);
    }
    return one;
}

void wait_state::catch_up(waiter& wait, entry& one, time_point now) {
    const observation seen = one.history.last(words_);
    if (const auto ended = judge(wait, seen, now)) {
        complete(wait, *ended, seen, now);
        leave_or_reschedule(one, now);
        return;
    }
    reschedule(one, now);
    tell(wait, one, now);
}

void wait_state::cancel(waiter& wait, time_point now) noexcept {
    entry& one = *wait.key_entry();
    complete(wait, plain_end::cancelled, now);
    if (one.is_given_up) {
        return;
    }
    leave_or_reschedule(one, now);
    go_on(now);
}

void wait_state::cancel_all(time_point now) noexcept {
    give_up_all();
    end_some(given_up_, now);
}

void wait_state::give_up_all() noexcept {
    queue_.clear();
    candidates_.clear();
    unfinished_learned_ = 0;
    for (entry* one : entries_) {
        abandon_polls(*one);
        one->set_queued(false);
        one->is_given_up = true;
    }
    given_up_ += entries_.size();
    entries_.clear();
    // They end in the order in which they came, which is that of their memory.
    schedule_.drain([](const entry& one) { return time_point(duration(one.serial)); },
                    [this](entry& one) {
                        one.next_given_up = nullptr;
                        (first_given_up_ == nullptr ? first_given_up_
                                                    : last_given_up_->next_given_up) = &one;
                        last_given_up_ = &one;
                    });
}

void wait_state::end_some(std::size_t most, time_point now) noexcept {
    for (; most > 0 && first_given_up_ != nullptr; --most) {
        end_oldest(now);
    }
}

void wait_state::end_oldest(time_point now) noexcept {
    entry& one = *first_given_up_;
    if (unfinished_learned_++ < most_learned_when_all_leave) {
        one.learn_unfinished(actions_);
    }
    one.waiters.for_each([&](waiter& wait) { complete(wait, plain_end::cancelled, now); });
    first_given_up_ = one.next_given_up;
    --given_up_;
    entry::release()(&one);
}

void wait_state::advance(time_point now) noexcept {
    end_some(ended_at_a_time, now);
    go_on(now);
}

void wait_state::go_on(time_point now) {
    while (!schedule_.empty() && schedule_.top_key() <= now) {
        entry& one = schedule_.top();
        expire(one, one.is_polled(), now);
        if (one.waiters.empty()) {
            end(one);
            continue;
        }
        if (one.is_queued) {
            queue_.move(one, rank(one, queue_.key_of(one).begun_before, now));
        } else if (!one.is_polled() && due_time(one, now) <= now) {
            try {
                enqueue(one, rank(one, begun_from_queue_, now), now);
            } catch (const std::bad_alloc&) {
                schedule_.move(one, now + pause_without_memory);
                continue;
            }
        }
        reschedule(one, now);
    }
    begin_polls(now);
    advanced_to_ = now;
}

std::optional<time_point> wait_state::next_wake() const {
    if (first_given_up_ != nullptr) {
        return advanced_to_;
    }
    if (schedule_.empty()) {
        return std::nullopt;
    }
    time_point wake = std::min(schedule_.top_key(), retry_at_);
    if (gate_.has_place() && !(queue_.empty() && candidates_.empty())) {
        const time_point opens = gate_.budget().opens_at(advanced_to_);
        if (opens > advanced_to_) {
            wake = std::min(wake, grid_.at_or_after(opens));
        }
    }
    return wake;
}

wait_engine_metrics wait_state::metrics(time_point now) const {
    wait_engine_metrics all;
    all.keys = entries_.size() + given_up_;
    all.waiters = waiters_;
    all.in_flight = gate_.in_flight();
    all.held = gate_.held();
    all.queued = queue_.size();
    all.polls = polls_begun_;
    all.failures = failures_;
    all.throttled = throttled_;
    all.batch_polls = batch_polls_;
    all.batch_keys = batch_keys_;
    all.rate = gate_.budget().rate();
    if (gate_.budget().floor() > now) {
        all.held_back = gate_.budget().floor() - now;
    }
    return all;
}

void wait_state::expire(entry& one, bool is_polled, time_point now) {
    while (!one.waiters.empty() && one.nearest_deadline() <= now) {
        waiter& wait = one.waiters.front();
        if (is_polled) {
            wait.note_unanswered_poll();
        }
        complete(wait, plain_end::deadline_passed, now);
    }
}

/// Taken before a wait ends; without memory for it an observation has not been taken in.
std::unique_ptr<wait_outcome> wait_state::outcome(const waiter& wait, error_code ec,
                                                  const observation* seen, time_point now) const {
    const entry& one = *wait.key_entry();
    auto made = std::make_unique<wait_outcome>();
    made->ec = ec;
    if (!ec.failed()) {
        made->result.exposed_port = seen->exposed_port;
        made->result.additional_ports = seen->additional_ports;
    }
    made->result.evidence = wait.evidence(one.history, one.waiters.seen_before(wait), words_, now);
    return made;
}

void wait_state::complete(waiter& wait, error_code ec, const observation& seen, time_point now) {
    const entry& one = *wait.key_entry();
    auto made = outcome(wait, ec, &seen, now);
    if (!ec.failed()) {
        actions_.report(wait.progress(wait_event::kind::ready, one.key(), duration::zero(),
                                      one.history, one.waiters.seen_before(wait), words_, now));
    }
    finish(wait);
    wait.end(std::move(made));
    actions_.complete(wait);
}

void wait_state::complete(waiter& wait, plain_end why, time_point now) noexcept {
    std::unique_ptr<wait_outcome> made;
    try {
        made = outcome(wait, code_of(why), nullptr, now);
    } catch (const std::bad_alloc&) {
        // It is told how it ended, though not what it saw.
        made = nullptr;
    }
    finish(wait);
    if (made) {
        wait.end(std::move(made));
    } else {
        wait.end(why);
    }
    actions_.complete(wait);
}

void wait_state::finish(waiter& wait) noexcept {
    wait.key_entry()->leave(wait);
    --waiters_;
}

void wait_state::leave_or_reschedule(entry& one, time_point now) {
    if (one.waiters.empty()) {
        end(one);
    } else {
        reschedule(one, now);
    }
}

void wait_state::end(entry& one) {
    one.learn_unfinished(actions_);
    if (one.is_queued) {
        queue_.erase(one);
        one.set_queued(false);
    } else if (one.is_candidate()) {
        candidates_.erase(one);
    }
    schedule_.erase(one);
    abandon_polls(one);
    entries_.erase(entries_.find(one.key()));
    entry::release()(&one);
}

} // namespace roomport::wait_detail
