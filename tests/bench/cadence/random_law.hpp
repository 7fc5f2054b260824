#pragma once

#include "true_law.hpp"

#include <cstdint>
#include <string>

namespace cadence_bench {

/// A law that nobody tuned on.
struct random_law {
    /// The components with their weights, in words.
    std::string description;
    true_law law;
};

/// Draws a mixture of one to four components: normal, lognormal, gamma, Weibull, a Pareto tail, uniform, or nearly a
/// point. The centres lie between 0.3 and 40 s, evenly on a logarithmic scale; nothing comes after 130 s.
/// @param seed   the same seed and number give the same law on every platform.
/// @param number which law of the seed, whatever others are drawn.
random_law draw_law(std::uint64_t seed, int number);

} // namespace cadence_bench
