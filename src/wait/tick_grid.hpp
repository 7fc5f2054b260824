#pragma once

#include "common/time_arithmetic.hpp"

#include <roomport/clock.hpp>

#include <algorithm>
#include <chrono>

namespace roomport::wait_detail {

/// The points in time at which planned polls begin, so that one wake-up serves many of them.
class tick_grid {
public:
    /// @param tick from one point to the next, at most 1 s; zero or less: every time is on the grid.
    explicit tick_grid(duration tick) noexcept
        : tick_(std::clamp(tick, duration::zero(), duration(std::chrono::seconds(1)))) {}

    /// The first point not before `when`.
    time_point at_or_after(time_point when) const noexcept {
        const duration past = offset(when);
        return past == duration::zero() ? when : later(when, tick_ - past);
    }

    /// The last point not after `when`.
    time_point at_or_before(time_point when) const noexcept { return when - offset(when); }

private:
    duration offset(time_point when) const noexcept {
        if (tick_ == duration::zero() || when < time_point()) {
            return duration::zero();
        }
        return when.time_since_epoch() % tick_;
    }

    duration tick_;
};

} // namespace roomport::wait_detail
