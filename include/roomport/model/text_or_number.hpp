#pragma once

#include <string>
#include <variant>

namespace roomport {

/// A value that the API writes as a text or as a number. Empty text by default.
using text_or_number = std::variant<std::string, double>;

} // namespace roomport
