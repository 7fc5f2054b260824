#include "json/text.hpp"

#include "json/utf8.hpp"

#include <roomport/json/writer.hpp>

#include <algorithm>
#include <cstddef>

namespace roomport::json {
namespace {

// The bytes of the well-formed character that a text begins with; 0 when it begins with something else.
std::size_t character_length(std::string_view text) noexcept {
    detail::utf8_checker checker;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (!checker.accept(static_cast<unsigned char>(text[index]))) {
            return 0;
        }
        if (checker.complete()) {
            return index + 1;
        }
    }
    return 0;
}

// One well-formed character: is it in U+0000..U+001F or U+007F..U+009F?
bool is_control(std::string_view character) noexcept {
    const auto first = static_cast<unsigned char>(character.front());
    if (first == 0xC2) {
        return static_cast<unsigned char>(character[1]) < 0xA0;
    }
    return first < 0x20 || first == 0x7F;
}

void append_escaped_control(std::string& out, char last_byte) {
    switch (last_byte) {
    case '\b':
        out += "\\b";
        return;
    case '\f':
        out += "\\f";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    // The last byte of U+0080..U+009F in UTF-8 is the code point itself.
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code_point = static_cast<unsigned char>(last_byte);
    out += "\\u00";
    out += digits[code_point >> 4U];
    out += digits[code_point & 0xFU];
}

} // namespace

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        const std::string_view character = text.substr(0, length);
        if (is_control(character)) {
            append_escaped_control(out, character.back());
        } else {
            if (character == "\"" || character == "\\") {
                out += '\\';
            }
            out += character;
        }
        text.remove_prefix(length);
    }
    out += '"';
}

std::string quote(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

bool is_utf8(std::string_view text) noexcept {
    detail::utf8_checker checker;
    for (const char byte : text) {
        if (!checker.accept(static_cast<unsigned char>(byte))) {
            return false;
        }
    }
    return checker.complete();
}

std::size_t count_characters(std::string_view text) noexcept {
    // All bytes of a character but its first have the form 10xxxxxx.
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

namespace detail {

void append_pointer_token(std::string& out, std::string_view name) {
    while (!name.empty()) {
        const std::size_t length = character_length(name);
        const std::string_view character = name.substr(0, length == 0 ? 1 : length);
        if (length == 0 || is_control(character)) {
            out += '?';
        } else if (character == "~") {
            out += "~0";
        } else if (character == "/") {
            out += "~1";
        } else {
            out += character;
        }
        name.remove_prefix(character.size());
    }
}

} // namespace detail
} // namespace roomport::json
