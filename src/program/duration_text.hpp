#pragma once

#include <roomport/clock.hpp>

#include <optional>
#include <string_view>

namespace roomport::program {

/// Reads a number with `ms`, `s`, `m` or `h`, like "250ms" or "1.5s": more than zero; over 50 years counts as 50.
std::optional<duration> parse_duration(std::string_view text);

} // namespace roomport::program
