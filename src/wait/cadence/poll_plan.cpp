#include "wait/cadence/poll_plan.hpp"

#include "wait/cadence/poll_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace roomport::wait_detail {
namespace {

namespace grid = start_time_grid;

constexpr auto times = [] {
    std::array<double, grid::nodes> made{};
    for (std::size_t node = 0; node < grid::nodes; ++node) {
        made[node] = grid::node_time(node);
    }
    return made;
}();

// However cheap a poll is, it is not free; however sure a law is that nothing comes, somebody waits.
constexpr double shortest_gap = 0.005;
constexpr double longest_gap = 30;
// Where a key is expected to start before the horizon the law is trusted for longer.
constexpr double longest_expected_gap = 60;
constexpr double expected = 0.5;

} // namespace

poll_plan::poll_plan(double poll_cost) : poll_cost_(poll_cost), price_(poll_cost) {}

void poll_plan::make(const start_time_estimate& law, double price_part) {
    // Summed from the far end, so that the small chances there keep their digits.
    double survival = law.chances[grid::bins];
    law_[nodes - 1] = survival;
    for (std::size_t bin = grid::bins; bin-- > 0;) {
        for (std::size_t step = grid::steps_per_bin; step-- > 0;) {
            survival += law.chances[bin] / grid::steps_per_bin;
            law_[bin * grid::steps_per_bin + step] = survival;
        }
    }
    const double whole = survival;
    for (double& one : law_) {
        one = 1 - one / whole;
    }
    integral_[0] = 0;
    for (std::size_t node = 1; node < nodes; ++node) {
        integral_[node] = integral_[node - 1] +
                          (law_[node - 1] + law_[node]) / 2 * (times[node] - times[node - 1]);
    }
    later_ = law.chances[grid::bins] / whole;
    tail_shape_ = law.tail_shape;
    price_ = poll_cost_ * price_part;
    schedule_at(price_, next_);
    is_dearer_stale_ = true;
}

void poll_plan::schedule_at(double price, schedule& next) const {
    std::array<std::uint16_t, nodes> hull;
    std::array<double, nodes> value;
    plan_schedule<std::uint16_t>(times, law_, integral_, price, hull, value, next);
}

std::size_t poll_plan::nearest_node(double age) {
    if (age >= grid::horizon) {
        return nodes - 1;
    }
    const std::size_t node = grid::node_before(age);
    return times[node + 1] - age < age - times[node] ? node + 1 : node;
}

double poll_plan::next(double age) const {
    // The nearest one: an age that was rounded must not plan its own poll again.
    const std::size_t node = nearest_node(age);
    if (node < nodes - 1) {
        const bool is_expected = later_ < expected * (1 - law_[node]);
        return std::clamp(times[next_[node]], age + shortest_gap,
                          age + (is_expected ? longest_expected_gap : longest_gap));
    }
    // Where the chance of a start falls with age, the gap at which waiting and polling cost the same grows with its
    // root.
    const double gap = std::sqrt(2 * price_ * age / tail_shape_);
    return age + std::clamp(gap, shortest_gap, longest_gap);
}

poll_plan::chance poll_plan::at(double age) const {
    if (age < grid::horizon) {
        const std::size_t node = grid::node_before(age);
        const double step = times[node + 1] - times[node];
        const double part = age - times[node];
        const double law = law_[node] + (law_[node + 1] - law_[node]) * (part / step);
        return {law, 1 - law, integral_[node] + part * (law_[node] + law) / 2};
    }
    const double ratio = age / grid::horizon;
    const double survival = later_ * std::pow(ratio, -tail_shape_);
    // The integral of the survival from the horizon on; logarithmic where the shape is one.
    const double slope = 1 - tail_shape_;
    const double lived = std::abs(slope) < 1e-6
                             ? later_ * grid::horizon * std::log(ratio)
                             : later_ * grid::horizon * std::expm1(slope * std::log(ratio)) / slope;
    return {1 - survival, survival, integral_[nodes - 1] + (age - grid::horizon) - lived};
}

double poll_plan::urgency(double last, double now) {
    if (is_dearer_stale_) {
        double price = price_;
        for (schedule& plan : dearer_) {
            price *= 2;
            schedule_at(price, plan);
        }
        is_dearer_stale_ = false;
    }
    const std::size_t node = nearest_node(last);
    if (next_[node] == nodes - 1) {
        return collected(last, now);
    }
    double price = price_;
    double until = times[next_[node]];
    if (now < until) {
        return price * (now - last) / (until - last);
    }
    for (const schedule& plan : dearer_) {
        if (plan[node] == nodes - 1) {
            return std::max(price, collected(last, now));
        }
        const double from = until;
        until = std::max(from, times[plan[node]]);
        if (now < until) {
            return price * (1 + (now - from) / (until - from));
        }
        price *= 2;
    }
    // The wait that a gap collects grows with its square.
    const double ratio = (now - last) / (until - last);
    return price * ratio * ratio;
}

double poll_plan::collected(double last, double now) const {
    const chance then = at(last);
    const chance here = at(now);
    const double wait = here.integral - then.integral - then.law * (now - last);
    return std::max(0.0, wait) / here.survival;
}

} // namespace roomport::wait_detail
