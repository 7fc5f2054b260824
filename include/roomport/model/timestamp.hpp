#pragma once

#include <roomport/export.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// A point in time as the API tells it: UTC, microseconds, leap seconds not counted.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads a date and time as RFC 3339 writes it: `2026-01-02T03:04:05.678Z`.
///
/// The offset is `Z` or `+hh:mm` / `-hh:mm`, the result is UTC. The fraction has 0 to 9 digits;
/// what is finer than a microsecond is cut off. `t` and `z` may be lower case. A leap second
/// (`:60`, only at 23:59 UTC on the last day of June or December) is the first instant of the next
/// day.
/// @param text the whole text, nothing before or after it.
/// @return the point in time; nothing when the text is malformed, names a day or time that does not
/// exist, or
///         when the point in time lies outside the years 0000 to 9999 in UTC. Thread-safe.
ROOMPORT_EXPORT std::optional<timestamp> parse_timestamp(std::string_view text);

/// Writes a point in time as RFC 3339, in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
/// @param value what is finer than a millisecond is cut off (towards the past); a value outside the
/// years 0000
///        to 9999 is written as the nearest one inside. Thread-safe.
ROOMPORT_EXPORT std::string format_timestamp(timestamp value);

} // namespace roomport
