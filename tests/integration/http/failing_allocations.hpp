#pragma once

#include "support/failing_memory.hpp"

#include <boost/asio/error.hpp>

#include <cstddef>

namespace roomport::test {

inline constexpr auto no_memory = boost::asio::error::no_memory;

/// What is tested has fewer allocations than that.
inline constexpr std::size_t most_allocations = 300;

} // namespace roomport::test
