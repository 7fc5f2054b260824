#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roomport::program {

/// A text of the user's, safe to show on a terminal: anything but visible ASCII and spaces becomes '?', at most 120
/// characters.
std::string printable(std::string_view text);

/// A line for a terminal: every control character becomes '?'. Other characters stay as they are.
std::string without_control_characters(std::string_view line);

/// The lines of a text, without what separates them; one at least.
std::vector<std::string_view> lines_of(std::string_view text);

} // namespace roomport::program
