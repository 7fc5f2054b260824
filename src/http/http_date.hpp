#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace roomport::http::detail {

/// Reads an HTTP date in any of its three forms: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" and
/// "Sun Nov  6 08:49:37 1994".
/// @param now decides the century of a year with two digits: never more than 50 years ahead.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::sys_seconds now);

} // namespace roomport::http::detail
