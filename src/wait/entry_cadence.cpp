// What a key asks and tells the cadence that it follows, whatever that throws.

#include "wait/entry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace roomport::wait_detail {
namespace {

constexpr duration pause_without_cadence = std::chrono::seconds(1);

/// Calls a function of the caller's cadence; what it throws goes to `actions`, and `instead` is the answer.
template <class Call, class Result>
Result guarded(Call call, Result instead, action_queue& actions) {
    try {
        return call();
    } catch (...) {
        actions.caught(std::current_exception());
        return instead;
    }
}

} // namespace

cadence_group entry::ask_group(cadence& policy, const std::string& name, action_queue& actions) {
    return guarded([&] { return policy.group(name); }, cadence_group{0}, actions);
}

duration entry::first_pause(time_point now, std::uint64_t random, action_queue& actions) const {
    if (!group_->is_age_known()) {
        return duration::zero();
    }
    cadence_input input;
    input.key = key();
    input.group = group_->number();
    input.age = now - created_;
    input.is_age_known = true;
    input.polls = 0;
    input.random = random;
    const duration asked =
        guarded([&] { return group_->policy().first_pause(input); }, duration::zero(), actions);
    return std::max(duration::zero(), asked);
}

duration entry::pause(duration last_poll, time_point now, std::uint64_t random,
                      action_queue& actions) const {
    cadence_input input;
    input.key = key();
    input.group = group_->number();
    input.age = now - created_;
    input.is_age_known = group_->is_age_known();
    input.polls = std::max(polls, 1U);
    input.last_poll = last_poll;
    input.random = random;
    const duration asked =
        guarded([&] { return group_->policy().pause(input); }, pause_without_cadence, actions);
    return std::max(duration::zero(), asked);
}

double entry::urgency(time_point now, action_queue& actions) const {
    urgency_input input;
    input.group = group_->number();
    input.is_age_known = group_->is_age_known();
    input.last = seen_starting_age();
    input.now = std::max(now - created_, input.last);
    double worth = guarded([&] { return group_->policy().urgency(input); },
                           std::chrono::duration<double>(input.now - input.last).count(), actions);
    if (!(worth > 0)) {
        worth = 0;
    }
    worth = std::min(worth, std::numeric_limits<double>::max());
    return worth / (1.0 + failures);
}

void entry::learn_ready(time_point earliest, time_point latest, action_queue& actions) {
    start_time_sample sample;
    sample.by = std::max(duration::zero(), latest - created_);
    sample.after = seen_starting_age();
    if (earliest > created_) {
        sample.after = std::max(sample.after, earliest - created_);
    }
    sample.after = std::min(sample.after, sample.by);
    learn(sample, actions);
}

void entry::learn_exactly(duration start_time, action_queue& actions) {
    start_time_sample sample;
    sample.is_age_known = true;
    sample.after = std::max(duration::zero(), start_time);
    sample.by = sample.after;
    learn(sample, actions);
}

void entry::learn_unfinished(action_queue& actions) {
    start_time_sample sample;
    sample.after = seen_starting_age();
    sample.by = duration::max();
    if (sample.after > duration::zero()) {
        learn(sample, actions);
    }
}

void entry::learn(start_time_sample sample, action_queue& actions) {
    if (is_learned_) {
        return;
    }
    is_learned_ = true;
    sample.group = group_->number();
    sample.is_age_known = sample.is_age_known || group_->is_age_known();
    sample.queued = group_->queued;
    guarded(
        [&] {
            group_->policy().learn(sample);
            return true;
        },
        false, actions);
}

} // namespace roomport::wait_detail
