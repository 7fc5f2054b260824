#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace roomport::wait_detail {

/// Plans polls so that the expected delay until readiness is seen, plus `poll_cost` for each expected poll, is least.
///
/// A poll at times[j] that finds the key starting is best followed by one at times[next[j]]; value[j] is the expected
/// cost from there on, times the chance of coming there. The last poll is at the last time in any case.
///
/// With F the law, S = 1 - F and G its integral, value[j] is the least over k > j of
/// poll_cost S[j] + G[k] - G[j] - F[j] (times[k] - times[j]) + value[k]: a line of slope F[j] touches the lower hull of
/// the points (times[k], G[k] + value[k]). Slopes only fall as j goes down, so a point right of where a line touched is
/// never touched again, and the hull is a queue with two ends: n steps in all.
/// @param times    rising.
/// @param law      the chance of a start until each time; not falling, within 0 and 1.
/// @param integral of the law up to each time.
/// @param hull     room for as many numbers as there are times.
template <class Index>
void plan_schedule(std::span<const double> times, std::span<const double> law,
                   std::span<const double> integral, double poll_cost, std::span<Index> hull,
                   std::span<double> value, std::span<Index> next) {
    const std::size_t last = times.size() - 1;
    value[last] = 0;
    next[last] = static_cast<Index>(last);
    // The hull from left to right is hull[top - 1], ..., hull[bottom].
    hull[0] = static_cast<Index>(last);
    std::size_t bottom = 0;
    std::size_t top = 1;
    const auto height = [&](std::size_t node) {
        return integral[node] + value[node];
    };
    const auto rise = [&](std::size_t left, std::size_t right) {
        return (height(right) - height(left)) / (times[right] - times[left]);
    };
    for (std::size_t node = last; node-- > 0;) {
        while (top - bottom > 1 && rise(hull[bottom + 1], hull[bottom]) >= law[node]) {
            ++bottom;
        }
        const std::size_t best = hull[bottom];
        next[node] = static_cast<Index>(best);
        value[node] = poll_cost * (1 - law[node]) + integral[best] - integral[node] -
                      law[node] * (times[best] - times[node]) + value[best];
        while (top - bottom > 1 &&
               rise(node, hull[top - 1]) >= rise(hull[top - 1], hull[top - 2])) {
            --top;
        }
        hull[top++] = static_cast<Index>(node);
    }
}

} // namespace roomport::wait_detail
