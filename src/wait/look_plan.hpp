#pragma once

#include "wait/start_time_grid.hpp"
#include "wait/start_time_law.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace roomport::wait_detail {

/// The best schedule of looks for one law, and the expected wait that a look would end, by tables. Ages in seconds.
class look_plan {
public:
    /// @param look_cost what a look costs in seconds of waiting, more than zero.
    explicit look_plan(double look_cost);

    /// Plans anew; allocates nothing.
    void make(const start_time_estimate& law);

    /// The age of the look that best follows one at `age`: later by 5 ms at least and 30 s at most.
    /// @param age not negative, finite.
    double next(double age) const;

    /// The wait expected to have been collected since the look at age `last` found the key starting, in seconds, for a
    /// key that was still starting at `now`. Grows with `now`.
    /// @param last not negative, finite.
    /// @param now  not less than `last`, finite.
    double urgency(double last, double now) const;

private:
    static constexpr std::size_t nodes = start_time_grid::nodes;

    /// The chance of a start until an age, and its integral up to there.
    struct chance {
        double law;
        double survival;
        double integral;
    };

    chance at(double age) const;

    double look_cost_;
    double later_ = 1;
    double tail_shape_ = 1;
    std::array<double, nodes> law_{};
    std::array<double, nodes> integral_{};
    std::array<std::uint16_t, nodes> next_{};
};

} // namespace roomport::wait_detail
