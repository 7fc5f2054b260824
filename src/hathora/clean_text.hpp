#pragma once

#include <roomport/secret.hpp>

#include <string>
#include <string_view>

namespace roomport::hathora {

/// A server's text made safe to show: valid UTF-8 without control characters, at most 500 bytes, every occurrence of
/// `token` replaced. Spaces at the ends are dropped, control characters become spaces.
std::string clean_text(std::string_view text, const secret& token = secret());

} // namespace roomport::hathora
