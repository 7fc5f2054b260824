#pragma once

#include <boost/asio/error.hpp>

#include <cstddef>

namespace roomport::test {

inline constexpr auto no_memory = boost::asio::error::no_memory;

/// What is tested has fewer allocations than that.
inline constexpr std::size_t most_allocations = 300;

/// From now on `count` allocations of this thread fail, beginning with the `nth`, counted from 0.
void fail_allocations(std::size_t nth, std::size_t count = 1);

/// Lets all succeed again.
/// @return whether one has failed.
bool stop_failing_allocations();

} // namespace roomport::test
