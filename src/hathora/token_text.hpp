#pragma once

#include <algorithm>
#include <string_view>

namespace roomport::hathora {

/// Whether a text may be sent as a bearer token. It stands in a header field: anything but visible ASCII would break out
/// of it.
inline bool is_token(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace roomport::hathora
