#include "hathora/clean_text.hpp"

#include "hathora/redact.hpp"
#include "json/utf8.hpp"

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
    json::detail::utf8_checker checker;
    std::size_t length = 0;
    do {
        if (length == text.size() || !checker.accept(static_cast<unsigned char>(text[length]))) {
            return {};
        }
        ++length;
    } while (!checker.complete());
    const auto first = static_cast<unsigned char>(text.front());
    std::uint32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
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
