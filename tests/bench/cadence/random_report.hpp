#pragma once

#include <cstdint>
#include <iosfwd>

namespace cadence_bench {

/// Which laws to draw.
struct random_choice {
    int laws = 0;
    std::uint64_t seed = 1;
    /// The number of the first.
    int first = 0;
};

/// Judges the learned cadence on laws drawn at random, and writes the worst and the median of each figure that has a
/// goal, and the laws that are worst.
/// @param lives of the learned cadence that are averaged on each law.
void judge_random_laws(std::ostream& out, const random_choice& choice, int lives);

} // namespace cadence_bench
