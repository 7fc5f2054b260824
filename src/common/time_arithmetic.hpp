#pragma once

#include <roomport/clock.hpp>

namespace roomport {

/// `point + length`, or the last representable point where the sum would overflow.
constexpr time_point later(time_point point, duration length) noexcept {
    return length > time_point::max() - point ? time_point::max() : point + length;
}

} // namespace roomport
