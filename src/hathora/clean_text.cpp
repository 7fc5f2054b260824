#include "hathora/clean_text.hpp"

#include "hathora/redact.hpp"

#include <cstddef>
#include <cstdint>

namespace roomport::hathora {
namespace {

constexpr std::size_t longest_text = 500;

struct code_point {
    std::uint32_t value = 0;
    std::size_t length = 0; // 0: not valid UTF-8
};

code_point decode(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(text[i]);
    };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        return {first, 1};
    }
    std::size_t length = 0;
    std::uint32_t value = 0;
    std::uint32_t smallest = 0;
    if ((first & 0xE0U) == 0xC0U) {
        length = 2;
        value = first & 0x1FU;
        smallest = 0x80;
    } else if ((first & 0xF0U) == 0xE0U) {
        length = 3;
        value = first & 0x0FU;
        smallest = 0x800;
    } else if ((first & 0xF8U) == 0xF0U) {
        length = 4;
        value = first & 0x07U;
        smallest = 0x10000;
    } else {
        return {};
    }
    if (text.size() < length) {
        return {};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return {};
        }
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest || value > 0x10FFFF || is_surrogate) {
        return {};
    }
    return {value, length};
}

// Control characters proper, and those that turn or hide what a terminal shows.
bool is_unsafe(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

} // namespace

std::string clean_text(std::string_view text, const secret& token) {
    // The token goes first: cutting or cleaning could leave a part of it that no longer matches.
    const std::string redacted = redact(text, token.reveal());
    std::string result;
    std::string_view rest = redacted;
    while (!rest.empty() && result.size() < longest_text) {
        const auto c = decode(rest);
        if (c.length == 0) {
            result += '?';
            rest.remove_prefix(1);
        } else {
            if (is_unsafe(c.value)) {
                if (!result.empty() && result.back() != ' ') {
                    result += ' ';
                }
            } else {
                result += rest.substr(0, c.length);
            }
            rest.remove_prefix(c.length);
        }
    }
    while (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

} // namespace roomport::hathora
