#pragma once

#include <string>
#include <string_view>

namespace roomport::cli {

/// A text of the user's, safe to show on a terminal: anything but visible ASCII and spaces becomes '?', at most 120
/// characters.
std::string printable(std::string_view text);

} // namespace roomport::cli
