#include "wait/cadence/start_time_grid.hpp"

#include <algorithm>

namespace roomport::wait_detail::start_time_grid {

std::size_t bin_at(double age) {
    // The last edge is left out, so that rounding can't lead beyond the last bin.
    const auto* const above = std::upper_bound(edges.begin() + 1, edges.end() - 1, age);
    return static_cast<std::size_t>(above - edges.begin()) - 1;
}

std::size_t node_before(double age) {
    const std::size_t bin = bin_at(age);
    const double step = (age - edges[bin]) / width(bin) * steps_per_bin;
    return bin * steps_per_bin + std::min(static_cast<std::size_t>(step), steps_per_bin - 1);
}

} // namespace roomport::wait_detail::start_time_grid
