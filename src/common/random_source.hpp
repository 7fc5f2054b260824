#pragma once

#include <roomport/clock.hpp>

#include <cstdint>

namespace roomport {

/// A small seeded generator (SplitMix64): the same seed gives the same run on every platform.
class random_source {
public:
    /// @param seed where to begin; zero: taken from the system.
    explicit random_source(std::uint64_t seed);

    /// A number uniform over all values.
    std::uint64_t next() noexcept;

    /// Uniform in [0, `most`]; `most` is not negative.
    duration up_to(duration most) noexcept;

private:
    std::uint64_t state_;
};

/// How long to pause after failures: full jitter over 100 ms · 2ⁿ, at most 5 s.
/// @param failures failures in a row, at least 1; n is one less.
duration failure_pause(unsigned failures, random_source& random) noexcept;

} // namespace roomport
