#pragma once

#include <roomport/export.hpp>
#include <roomport/json/document.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace roomport::json {

namespace detail {
ROOMPORT_EXPORT void append_document(std::string& out, const value_type& type, const void* value);
}

/// Appends a model, or a list of models, as canonical JSON.
///
/// Members stand in the model's order, without spaces. A `std::optional` that holds nothing is left
/// out, a
/// @ref roomport::nullable that holds nothing is `null`. Times are in UTC with milliseconds and
/// `Z`. Numbers are as short as reading them back allows; infinity and NaN, which JSON does not
/// have, are `null`. Texts as @ref quote writes them.
/// @param out where to append. @param value what to write. Thread-safe for different strings.
template <document T>
void append(std::string& out, const T& value) {
    detail::append_document(out, detail::value_type_of<T>, &value);
}

/// A model, or a list of models, as canonical JSON. See @ref append.
template <document T>
std::string to_string(const T& value) {
    std::string out;
    append(out, value);
    return out;
}

/// Appends a text as a JSON string, quotes included.
///
/// Quotation mark, backslash and control characters (U+0000 to U+001F and U+007F to U+009F) are
/// escaped, everything else stays as it is. Bytes that are not UTF-8 become U+FFFD, so that the
/// result is always valid JSON.
/// @param out where to append. @param text the text. Thread-safe for different strings.
ROOMPORT_EXPORT void append_quoted(std::string& out, std::string_view text);

/// A text as a JSON string. See @ref append_quoted.
ROOMPORT_EXPORT std::string quote(std::string_view text);

/// Whether a text is well-formed UTF-8, so that it is written unchanged. Thread-safe.
ROOMPORT_EXPORT bool is_utf8(std::string_view text) noexcept;

/// How many characters (code points) a text of well-formed UTF-8 has, which is what the API's lengths count. Thread-safe.
ROOMPORT_EXPORT std::size_t count_characters(std::string_view text) noexcept;

} // namespace roomport::json
