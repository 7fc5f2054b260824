#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roomport::server {

/// Bytes as base64url without padding, which is how JSON web tokens write them.
std::string to_base64url(std::string_view bytes);

/// The bytes that a text stands for; nothing unless it is exactly what @ref to_base64url writes for them.
std::optional<std::string> from_base64url(std::string_view text);

} // namespace roomport::server
