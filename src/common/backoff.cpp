#include "common/backoff.hpp"

#include <algorithm>
#include <chrono>

namespace roomport {
namespace {

constexpr duration first_pause = std::chrono::milliseconds(100);
constexpr duration longest_pause = std::chrono::seconds(5);
// 100 ms · 2⁶ is over 5 s already.
constexpr unsigned last_doubling = 6;

} // namespace

duration backoff(unsigned failures, std::uint64_t random) noexcept {
    const unsigned doublings = std::min(failures > 0 ? failures - 1 : 0, last_doubling);
    const duration bound = std::min(first_pause * (1 << doublings), longest_pause);
    constexpr double full_range = 18446744073709551616.0;
    const double share = static_cast<double>(random) / full_range;
    return duration(static_cast<duration::rep>(static_cast<double>(bound.count()) * share));
}

} // namespace roomport
