#pragma once

#include <roomport/clock.hpp>

#include <chrono>

namespace roomport {

/// How long DNS, TCP and TLS of one connection may take together, unless told otherwise.
inline constexpr duration default_connect_timeout = std::chrono::seconds(5);

/// How long one attempt at a request may take, unless told otherwise.
inline constexpr duration default_request_timeout = std::chrono::seconds(10);

/// How long a wait may take, unless told otherwise.
inline constexpr duration default_wait_timeout = std::chrono::seconds(120);

} // namespace roomport
