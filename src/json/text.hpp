#pragma once

#include <string>
#include <string_view>

namespace roomport::json::detail {

/// Appends a name as a token of a JSON Pointer, safe to show: without control characters and broken UTF-8.
void append_pointer_token(std::string& out, std::string_view name);

} // namespace roomport::json::detail
