#pragma once

#include <array>
#include <cstddef>

namespace roomport::wait_detail {

/// The times on which laws are learned and polls are planned, in seconds: fine while a key is young, then in proportion
/// to its age.
namespace start_time_grid {

inline constexpr std::size_t bins = 590;

/// Each bin is cut evenly for a plan.
inline constexpr std::size_t steps_per_bin = 1;
inline constexpr std::size_t nodes = bins * steps_per_bin + 1;

namespace detail {

constexpr auto make_edges() {
    constexpr double narrowest = 0.01;
    constexpr double relative = 0.01;
    std::array<double, bins + 1> edges{};
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const double width = relative * edges[bin];
        edges[bin + 1] = edges[bin] + (width < narrowest ? narrowest : width);
    }
    return edges;
}

} // namespace detail

/// Bin i reaches from edges[i] to edges[i + 1].
inline constexpr std::array<double, bins + 1> edges = detail::make_edges();

/// The end of the last bin, a little over two minutes.
inline constexpr double horizon = edges[bins];

constexpr double width(std::size_t bin) {
    return edges[bin + 1] - edges[bin];
}

/// The time of a node: nodes share out the bins, the first lies at zero, the last at the horizon.
constexpr double node_time(std::size_t node) {
    const std::size_t bin = node / steps_per_bin;
    if (bin == bins) {
        return horizon;
    }
    return edges[bin] + width(bin) * static_cast<double>(node % steps_per_bin) / steps_per_bin;
}

/// The bin that holds `age`.
/// @param age not negative and less than the horizon.
std::size_t bin_at(double age);

/// The last node not after `age`.
/// @param age not negative and less than the horizon.
std::size_t node_before(double age);

} // namespace start_time_grid
} // namespace roomport::wait_detail
