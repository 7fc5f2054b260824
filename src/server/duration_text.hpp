#pragma once

#include <roomport/clock.hpp>

#include <optional>
#include <string_view>

namespace roomport::server {

/// Reads a number with `ms`, `s`, `m` or `h`, like "250ms" or "1.5s": more than zero, at most a year.
std::optional<duration> parse_duration(std::string_view text);

} // namespace roomport::server
