#include "hathora/redact.hpp"

#include <algorithm>
#include <array>
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

constexpr std::size_t longest_word = 10;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/// Whether a token could be a word of an ordinary sentence. Where such a word stands like any other, it tells nobody
/// that it is the token; to replace it would only garble what is said.
bool is_word(std::string_view token) {
    return token.size() <= longest_word && !token.empty() && is_letter(token.front()) &&
           std::all_of(token.begin() + 1, token.end(), is_lower);
}

bool is_marker(std::string_view word) {
    static constexpr std::array<std::string_view, 7> markers{
        "authorization", "bearer", "credential", "key", "password", "secret", "token"};
    const auto is_same = [word](std::string_view marker) {
        return std::equal(word.begin(), word.end(), marker.begin(), marker.end(),
                          [](char left, char right) {
                              return is_lower(left) ? left == right : left + 32 == right;
                          });
    };
    return std::any_of(markers.begin(), markers.end(), is_same);
}

/// Whether what follows `before` is in a place where texts show a credential: in quotation marks, as a value, or behind
/// a word that says so.
bool is_place_of_credential(std::string_view before) {
    constexpr std::string_view opening = "\"'`=:<([";
    std::size_t end = before.size();
    while (end > 0 && before[end - 1] == ' ') {
        --end;
    }
    if (end > 0 && opening.find(before[end - 1]) != std::string_view::npos) {
        return true;
    }
    std::size_t begin = end;
    while (begin > 0 && is_letter(before[begin - 1])) {
        --begin;
    }
    return is_marker(before.substr(begin, end - begin));
}

bool is_shown_as_token(std::string_view text, std::size_t at, std::size_t length,
                       std::string_view token) {
    // Nobody writes a word of a sentence in another form.
    if (length != token.size() || length == text.size()) {
        return true;
    }
    const bool is_part = (at > 0 && is_letter(text[at - 1])) ||
                         (at + length < text.size() && is_letter(text[at + length]));
    return !is_part && is_place_of_credential(text.substr(0, at));
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
    if (is_word(token)) {
        return text;
    }
    const std::size_t longest = token.size() * longest_character_form;
    std::size_t at = text.size() - std::min(text.size(), longest);
    while (at < text.size() && !may_begin_token(text.substr(at), token)) {
        ++at;
    }
    return text.substr(0, at);
}

std::string redact(std::string_view text, std::string_view token) {
    const bool word = is_word(token);
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = match_token(text.substr(at), token);
        if (length != 0 && (!word || is_shown_as_token(text, at, length, token))) {
            result += "[token]";
            at += length;
        } else {
            result += text[at];
            ++at;
        }
    }
    return result;
}

} // namespace roomport::hathora
