#include "common/random_source.hpp"

#include <algorithm>
#include <random>

namespace roomport {
namespace {

std::uint64_t system_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

} // namespace

random_source::random_source(std::uint64_t seed) : state_(seed != 0 ? seed : system_seed()) {}

std::uint64_t random_source::next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

duration random_source::up_to(duration most) noexcept {
    const auto span = static_cast<std::uint64_t>(most.count()) + 1;
    return duration(static_cast<duration::rep>(next() % span));
}

duration failure_pause(unsigned failures, random_source& random) noexcept {
    constexpr duration first = std::chrono::milliseconds(100);
    constexpr duration longest = std::chrono::seconds(5);
    constexpr unsigned doublings_to_longest = 6;
    const unsigned doublings = std::min(failures > 0 ? failures - 1 : 0, doublings_to_longest);
    return random.up_to(std::min(longest, first * (1U << doublings)));
}

} // namespace roomport
