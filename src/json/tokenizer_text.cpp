#include "json/tokenizer.hpp"

#include "common/hexadecimal.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace roomport::json::detail {
namespace {

constexpr std::uint64_t in_each_byte(unsigned char byte) {
    return 0x0101010101010101U * byte;
}

// The high bit of the first byte that is zero is set, and of none before it.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
    return (word - in_each_byte(0x01)) & ~word & in_each_byte(0x80);
}

// How many ASCII characters a text begins with that end no text and need no escape: at least all but the last seven.
std::size_t plain_length(std::string_view text) {
    std::size_t length = 0;
#ifdef __SSE2__
    for (; text.size() - length >= sizeof(__m128i); length += sizeof(__m128i)) {
        __m128i block;
        std::memcpy(&block, text.data() + length, sizeof(block));
        // As signed numbers, all that are not ASCII are less than a space as well.
        const auto others = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(' ')),
                                         _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(others));
        if (mask != 0) {
            return length + static_cast<std::size_t>(std::countr_zero(mask));
        }
    }
#endif
    if constexpr (std::endian::native == std::endian::little) {
        for (; text.size() - length >= sizeof(std::uint64_t); length += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + length, sizeof(word));
            const auto controls = (word - in_each_byte(0x20)) & ~word & in_each_byte(0x80);
            const auto others = controls | zero_bytes(word ^ in_each_byte('"')) |
                                zero_bytes(word ^ in_each_byte('\\')) | (word & in_each_byte(0x80));
            if (others != 0) {
                return length + static_cast<std::size_t>(std::countr_zero(others)) / 8;
            }
        }
    }
    return length;
}

constexpr bool is_high_surrogate(unsigned unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

constexpr bool is_low_surrogate(unsigned unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

constexpr std::string_view lone_surrogate = "half of a surrogate pair stands alone";

std::size_t encode_utf8(unsigned code_point, std::array<char, 4>& out) {
    const auto tail = [code_point](unsigned shift) {
        return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
    };
    if (code_point < 0x80) {
        out[0] = static_cast<char>(code_point);
        return 1;
    }
    if (code_point < 0x800) {
        out = {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
        return 2;
    }
    if (code_point < 0x10000) {
        out = {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
        return 3;
    }
    out = {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
    return 4;
}

} // namespace

bool tokenizer::take_whole(std::string_view& rest, bool& go_on) {
    const bool is_value = state_ == state::value || state_ == state::value_or_array_end;
    if (!is_value && state_ != state::name && state_ != state::name_or_object_end) {
        return false;
    }
    const auto length = plain_length(rest.substr(1));
    const auto end = length + 1;
    if (end >= rest.size() || rest[end] != '"') {
        return false;
    }
    const auto text = rest.substr(1, length);
    if (is_value) {
        go_on = value_done(handler_.text(offset_, text));
    } else {
        state_ = state::colon;
        go_on = handler_.name(offset_, text);
    }
    offset_ += end + 1;
    rest.remove_prefix(end + 1);
    return true;
}

bool tokenizer::text_run(std::string_view& rest) {
    std::size_t length = utf8_.complete() ? plain_length(rest) : 0;
    bool well_formed = true;
    for (; length < rest.size(); ++length) {
        const auto byte = static_cast<unsigned char>(rest[length]);
        if (utf8_.complete() && (byte == '"' || byte == '\\' || byte < 0x20)) {
            break;
        }
        if (!utf8_.accept(byte)) {
            well_formed = false;
            break;
        }
    }
    if (length > 0 && !emit(rest.substr(0, length))) {
        return false;
    }
    offset_ += length;
    rest.remove_prefix(length);
    if (!well_formed) {
        return fail("the text is not valid UTF-8");
    }
    if (rest.empty()) {
        return true;
    }
    const char byte = rest.front();
    if (byte != '"' && byte != '\\') {
        return fail("a control character in a text must be escaped");
    }
    if (byte == '\\') {
        state_ = state::escape;
    } else if (!end_text()) {
        return false;
    }
    ++offset_;
    rest.remove_prefix(1);
    return true;
}

bool tokenizer::end_text() {
    if (!in_name_) {
        return value_done(handler_.text_end());
    }
    state_ = state::colon;
    return handler_.name_end();
}

bool tokenizer::emit(std::string_view utf8) {
    return in_name_ ? handler_.name_part(utf8) : handler_.text_part(utf8);
}

bool tokenizer::continue_escape(char byte) {
    state_ = state::text;
    switch (byte) {
    case '"':
    case '\\':
    case '/':
        return emit(std::string_view(&byte, 1));
    case 'b':
        return emit("\b");
    case 'f':
        return emit("\f");
    case 'n':
        return emit("\n");
    case 'r':
        return emit("\r");
    case 't':
        return emit("\t");
    case 'u':
        state_ = state::unicode;
        return true;
    default:
        return fail("unknown escape sequence");
    }
}

bool tokenizer::continue_unicode(char byte) {
    const int digit = roomport::detail::hexadecimal_value(byte);
    if (digit < 0) {
        return fail("expected four hexadecimal digits");
    }
    code_unit_ = code_unit_ * 16 + static_cast<unsigned>(digit);
    ++code_unit_digits_;
    if (is_half_of_a_pair()) {
        return fail(lone_surrogate);
    }
    return code_unit_digits_ < 4 || end_code_unit();
}

/// Whether the digits of a code unit so far can't become one that may stand here. Two of them tell.
bool tokenizer::is_half_of_a_pair() const {
    const bool is_low_expected = high_surrogate_ != 0;
    if (code_unit_digits_ == 1) {
        return is_low_expected && code_unit_ != 0xD;
    }
    return code_unit_digits_ == 2 && is_low_surrogate(code_unit_ << 8U) != is_low_expected;
}

bool tokenizer::end_code_unit() {
    const unsigned unit = code_unit_;
    code_unit_ = 0;
    code_unit_digits_ = 0;
    unsigned code_point = unit;
    if (high_surrogate_ != 0) {
        code_point = 0x10000 + ((high_surrogate_ - 0xD800) << 10U) + (unit - 0xDC00);
        high_surrogate_ = 0;
    } else if (is_high_surrogate(unit)) {
        high_surrogate_ = unit;
        state_ = state::second_backslash;
        return true;
    }
    state_ = state::text;
    std::array<char, 4> encoded{};
    const std::size_t length = encode_utf8(code_point, encoded);
    return emit(std::string_view(encoded.data(), length));
}

bool tokenizer::continue_surrogate_pair(char byte) {
    const bool at_backslash = state_ == state::second_backslash;
    state_ = at_backslash ? state::second_u : state::unicode;
    return byte == (at_backslash ? '\\' : 'u') || fail(lone_surrogate);
}

} // namespace roomport::json::detail
