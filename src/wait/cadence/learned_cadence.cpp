#include "wait/cadence/learned_cadence.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace roomport::wait_detail {
namespace {

// A plan is renewed after each of the first rooms, then once for several.
constexpr std::size_t eager_rooms = 50;
constexpr std::size_t rooms_per_plan = 4;

// A law is learned from the policy's own polls, so that what lies where it doesn't poll stays hidden for ever. Now and
// then a room is polled as if polls were cheaper, the more seldom the more is known.
struct exploration {
    std::size_t until;
    std::size_t every;
    std::size_t far_every;
};
constexpr std::size_t first_exploration = 9;
constexpr std::array explorations = {exploration{64, 4, 32}, exploration{256, 8, 64},
                                     exploration{std::numeric_limits<std::size_t>::max(), 16, 128}};
constexpr double explored_price = 0.5;
constexpr double far_explored_price = 0.15;

constexpr bool is_last_of(std::size_t rooms, std::size_t every) {
    return rooms % every == every - 1;
}

/// The part of a poll's cost at which the next room is polled.
double price_part_after(std::size_t rooms) {
    if (rooms < first_exploration) {
        return 1;
    }
    const auto* stage = explorations.data();
    while (rooms >= stage->until) {
        ++stage;
    }
    if (is_last_of(rooms, stage->far_every)) {
        return far_explored_price;
    }
    return is_last_of(rooms, stage->every) ? explored_price : 1;
}

constexpr duration most_poll_cost = std::chrono::minutes(1);
constexpr std::size_t most_groups = 65536;

double to_seconds(duration time) {
    return std::max(0.0, std::chrono::duration<double>(time).count());
}

duration to_duration(double seconds) {
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

} // namespace

learned_plan::learned_plan(double poll_cost) : plan_(poll_cost) {}

void learned_plan::learn(double after, double by, std::size_t queued) {
    law_.learn(after, by, queued);
    is_queued_ = queued > 0;
    const std::size_t rooms = law_.rooms();
    is_stale_ = is_stale_ || rooms <= eager_rooms || rooms % rooms_per_plan == 0 ||
                price_part() != price_part_;
}

double learned_plan::price_part() const {
    // Where polls are short none is left to look around with.
    return is_queued_ ? 1 : price_part_after(law_.rooms());
}

poll_plan& learned_plan::plan() {
    if (is_stale_) {
        price_part_ = price_part();
        plan_.make(law_.estimate(), price_part_);
        is_stale_ = false;
    }
    return plan_;
}

learned_cadence_policy::learned_cadence_policy(const learned_cadence_options& options)
    : poll_cost_(to_seconds(options.poll_cost)), max_groups_(options.max_groups),
      unlearned_(poll_cost_) {
    if (options.poll_cost <= duration::zero() || options.poll_cost > most_poll_cost) {
        throw std::invalid_argument(
            "learned_cadence: poll_cost must be more than zero and at most one minute");
    }
    if (max_groups_ < 1 || max_groups_ > most_groups) {
        throw std::invalid_argument("learned_cadence: max_groups must be 1 to 65536");
    }
    // The law of those for whom there is no place left.
    groups_.resize(1);
}

cadence_group learned_cadence_policy::group(std::string_view name) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) {
        return known->second;
    }
    if (numbers_.size() >= max_groups_) {
        return 0;
    }
    groups_.emplace_back();
    const auto number = static_cast<cadence_group>(groups_.size() - 1);
    try {
        numbers_.emplace(name, number);
    } catch (...) {
        groups_.pop_back();
        throw;
    }
    return number;
}

learned_plan& learned_cadence_policy::plan_of(cadence_group where, bool is_age_known) {
    laws& group = groups_[where < groups_.size() ? where : 0];
    auto& plan = is_age_known ? group.created : group.joined;
    return plan ? *plan : unlearned_;
}

duration learned_cadence_policy::pause_at(const cadence_input& input) {
    const double age = to_seconds(input.age);
    const poll_plan& plan = plan_of(input.group, input.is_age_known).plan();
    return to_duration(plan.next(age) - age);
}

duration learned_cadence_policy::pause(const cadence_input& input) {
    return pause_at(input);
}

duration learned_cadence_policy::first_pause(const cadence_input& input) {
    return pause_at(input);
}

void learned_cadence_policy::learn(const start_time_sample& sample) {
    const bool is_given_up = sample.by == duration::max();
    const double after = to_seconds(sample.after);
    const double by = is_given_up ? std::numeric_limits<double>::infinity()
                                  : std::max(after, to_seconds(sample.by));
    if (after <= 0 && is_given_up) {
        return;
    }
    // A key of unknown age that was ready when it was first polled, however late that was, may have been so before
    // anybody waited for it.
    if (!sample.is_age_known && after <= 0) {
        return;
    }
    laws& group = groups_[sample.group < groups_.size() ? sample.group : 0];
    auto& plan = sample.is_age_known ? group.created : group.joined;
    if (!plan) {
        plan = std::make_unique<learned_plan>(poll_cost_);
    }
    plan->learn(after, by, sample.queued);
}

double learned_cadence_policy::urgency(const urgency_input& input) {
    const double last = to_seconds(input.last);
    poll_plan& plan = plan_of(input.group, input.is_age_known).plan();
    return plan.urgency(last, std::max(last, to_seconds(input.now)));
}

} // namespace roomport::wait_detail

namespace roomport {

std::shared_ptr<cadence> learned_cadence(learned_cadence_options options) {
    return std::make_shared<wait_detail::learned_cadence_policy>(options);
}

} // namespace roomport
