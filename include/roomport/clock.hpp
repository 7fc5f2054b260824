#pragma once

/// @file
/// The time types used throughout: a monotonic clock, so that a jump of the wall clock changes nothing.

#include <chrono>

namespace roomport {

/// The clock of every deadline and duration of the library.
using clock = std::chrono::steady_clock;

/// A point in time on @ref clock.
using time_point = clock::time_point;

/// A length of time on @ref clock.
using duration = clock::duration;

} // namespace roomport
