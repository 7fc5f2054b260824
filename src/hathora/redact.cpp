#include "hathora/redact.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace roomport::hathora {
namespace {

/// A number that ends where `digits` does and means `wanted`.
bool means(std::string_view digits, int base, char wanted) {
    unsigned value = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value, base);
    return parsed.ec == std::errc() && parsed.ptr == end &&
           value == static_cast<unsigned char>(wanted);
}

/// A form of a fixed length: how it begins, then digits.
std::size_t match_digits(std::string_view text, std::string_view begin, std::size_t digits,
                         char wanted) {
    const std::size_t length = begin.size() + digits;
    const bool matches = text.starts_with(begin) && text.size() >= length &&
                         means(text.substr(begin.size(), digits), 16, wanted);
    return matches ? length : 0;
}

/// "&#47;" or "&#x2F;".
std::size_t match_reference(std::string_view text, char wanted) {
    const std::size_t end = text.substr(0, longest_character_form).find(';');
    if (!text.starts_with("&#") || end == std::string_view::npos) {
        return 0;
    }
    std::string_view digits = text.substr(2, end - 2);
    int base = 10;
    if (digits.starts_with('x') || digits.starts_with('X')) {
        digits.remove_prefix(1);
        base = 16;
    }
    return means(digits, base, wanted) ? end + 1 : 0;
}

/// How many bytes of text at its beginning stand for a character; 0: none.
std::size_t match_character(std::string_view text, char wanted) {
    if (text.empty()) {
        return 0;
    }
    if (text.front() == wanted) {
        return 1;
    }
    switch (text.front()) {
    case '\\':
        return text.substr(1).starts_with(wanted) ? 2 : match_digits(text, "\\u", 4, wanted);
    case '%':
        return match_digits(text, "%", 2, wanted);
    case '&':
        return match_reference(text, wanted);
    default:
        return 0;
    }
}

std::size_t match_token(std::string_view text, std::string_view token) {
    std::size_t length = 0;
    for (const char wanted : token) {
        const std::size_t step = match_character(text.substr(length), wanted);
        if (step == 0) {
            return 0;
        }
        length += step;
    }
    return length;
}

/// Whether the whole of a text may be the beginning of a token that was cut.
bool may_begin_token(std::string_view text, std::string_view token) {
    for (const char wanted : token) {
        if (text.empty()) {
            return true;
        }
        const std::size_t step = match_character(text, wanted);
        if (step == 0) {
            const bool is_begun_form =
                text.front() == '\\' || text.front() == '%' || text.front() == '&';
            return is_begun_form && text.size() < longest_character_form;
        }
        text.remove_prefix(step);
    }
    return false;
}

} // namespace

std::string_view without_begun_token(std::string_view text, std::string_view token) {
    const std::size_t longest = token.size() * longest_character_form;
    std::size_t at = text.size() - std::min(text.size(), longest);
    while (at < text.size() && !may_begin_token(text.substr(at), token)) {
        ++at;
    }
    return text.substr(0, at);
}

std::string redact(std::string_view text, std::string_view token) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = match_token(text, token);
        if (length != 0) {
            result += "[token]";
            text.remove_prefix(length);
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

} // namespace roomport::hathora
