#pragma once

#include <roomport/clock.hpp>

#include <cstdint>

namespace roomport {

/// How long to pause after a failure: full jitter, uniform over 0 to 100 ms · 2ⁿ, at most 5 s.
/// @param failures failures in a row so far, at least 1; n is one less.
/// @param random   uniform over all values.
duration backoff(unsigned failures, std::uint64_t random) noexcept;

} // namespace roomport
