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
Result guarded(Call call, Result instead, wait_actions& actions) {
    try {
        return call();
    } catch (...) {
        actions.caught(std::current_exception());
        return instead;
    }
}

} // namespace

void entry::ask_group(std::string_view name, wait_actions& actions) {
    group_ = guarded([&] { return policy_->policy->group(name); }, cadence_group{0}, actions);
}

duration entry::first_pause(time_point now, std::uint64_t random, wait_actions& actions) const {
    if (!is_age_known_) {
        return duration::zero();
    }
    cadence_input input;
    input.key = key();
    input.group = group_;
    input.age = now - created_;
    input.is_age_known = true;
    input.looks = 0;
    input.random = random;
    const duration asked =
        guarded([&] { return policy_->policy->first_pause(input); }, duration::zero(), actions);
    return std::max(duration::zero(), asked);
}

duration entry::pause(duration last_look, time_point now, std::uint64_t random,
                      wait_actions& actions) const {
    cadence_input input;
    input.key = key();
    input.group = group_;
    input.age = now - created_;
    input.is_age_known = is_age_known_;
    input.looks = std::max(looks, 1U);
    input.last_look = last_look;
    input.random = random;
    const duration asked =
        guarded([&] { return policy_->policy->pause(input); }, pause_without_cadence, actions);
    return std::max(duration::zero(), asked);
}

double entry::urgency(time_point now, wait_actions& actions) const {
    const duration last = seen_starting_age();
    const duration age = std::max(now - created_, last);
    double worth = guarded([&] { return policy_->policy->urgency(group_, last, age); },
                           std::chrono::duration<double>(age - last).count(), actions);
    if (!(worth > 0)) {
        worth = 0;
    }
    worth = std::min(worth, std::numeric_limits<double>::max());
    return worth / (1.0 + failures);
}

void entry::learn_ready(time_point earliest, time_point latest, std::size_t queued,
                        wait_actions& actions) {
    start_time_sample sample;
    sample.queued = queued;
    sample.by = std::max(duration::zero(), latest - created_);
    sample.after = seen_starting_age();
    if (earliest > created_) {
        sample.after = std::max(sample.after, earliest - created_);
    }
    sample.after = std::min(sample.after, sample.by);
    learn(sample, actions);
}

void entry::learn_exactly(duration start_time, std::size_t queued, wait_actions& actions) {
    start_time_sample sample;
    sample.queued = queued;
    sample.is_age_known = true;
    sample.after = std::max(duration::zero(), start_time);
    sample.by = sample.after;
    learn(sample, actions);
}

void entry::learn_unfinished(std::size_t queued, wait_actions& actions) {
    start_time_sample sample;
    sample.queued = queued;
    sample.after = seen_starting_age();
    sample.by = duration::max();
    if (sample.after > duration::zero()) {
        learn(sample, actions);
    }
}

void entry::learn(start_time_sample sample, wait_actions& actions) {
    if (is_learned_) {
        return;
    }
    is_learned_ = true;
    sample.group = group_;
    sample.is_age_known = sample.is_age_known || is_age_known_;
    guarded(
        [&] {
            policy_->policy->learn(sample);
            return true;
        },
        false, actions);
}

} // namespace roomport::wait_detail
