#pragma once

#include "json/decimal_number.hpp"
#include "json/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace roomport::json::detail {

/// Takes the pieces of a JSON document in their order. Every function but `syntax_error` returns
/// whether to go on.
class token_handler {
public:
    token_handler() = default;
    token_handler(const token_handler&) = delete;
    token_handler& operator=(const token_handler&) = delete;
    virtual ~token_handler() = default;

    virtual bool object_begin(std::uint64_t offset) = 0;
    virtual bool object_end(std::uint64_t offset) = 0;
    virtual bool array_begin(std::uint64_t offset) = 0;
    virtual bool array_end(std::uint64_t offset) = 0;
    virtual bool name_begin(std::uint64_t offset) = 0;
    virtual bool name_part(std::string_view utf8) = 0;
    virtual bool name_end() = 0;
    virtual bool text_begin(std::uint64_t offset) = 0;
    virtual bool text_part(std::string_view utf8) = 0;
    virtual bool text_end() = 0;
    /// A whole name or text at once: the same as its begin, one part and its end.
    virtual bool name(std::uint64_t offset, std::string_view utf8) = 0;
    virtual bool text(std::uint64_t offset, std::string_view utf8) = 0;
    virtual bool number(std::uint64_t offset, const decimal_number& value) = 0;
    virtual bool boolean(std::uint64_t offset, bool value) = 0;
    virtual bool null(std::uint64_t offset) = 0;

    virtual void syntax_error(std::uint64_t offset, std::string_view reason) = 0;
};

/// Cuts a JSON document (RFC 8259) into tokens, byte by byte: what it reports does not depend on
/// the pieces, but for whether a name or text comes whole.
class tokenizer {
public:
    tokenizer(token_handler& handler, std::size_t nesting_limit);

    /// Returns whether to go on; not to be called again after false.
    bool write(std::string_view bytes);

    /// Returns whether the document was complete.
    bool finish();

    void reset() noexcept;

    /// How many bytes were taken.
    std::uint64_t offset() const noexcept { return offset_; }

private:
    enum class state : unsigned char {
        value,
        value_or_array_end,
        name_or_object_end,
        name,
        colon,
        comma_or_end,
        end,
        text,
        escape,
        unicode,
        second_backslash,
        second_u,
        literal,
        number_minus,
        number_zero,
        number_integer,
        number_point,
        number_fraction,
        number_e,
        number_e_sign,
        number_exponent,
    };

    bool step(char byte);
    bool begin_value(char byte);
    bool begin_container(char bracket);
    bool end_container(char bracket);
    bool begin_literal(std::string_view word);
    bool continue_literal(char byte);
    bool begin_name(char byte);
    bool after_value(char byte);
    /// Takes a name or a text that is complete and plain, if there is one.
    bool take_whole(std::string_view& rest, bool& go_on);
    bool text_run(std::string_view& rest);
    bool end_text();
    bool emit(std::string_view utf8);
    bool continue_escape(char byte);
    bool continue_unicode(char byte);
    bool end_code_unit();
    bool is_half_of_a_pair() const;
    bool continue_surrogate_pair(char byte);
    bool continue_number(char byte);
    bool end_number();
    bool value_done(bool go_on);
    bool fail(std::string_view reason);

    token_handler& handler_;
    std::size_t nesting_limit_;
    std::vector<char> open_;
    decimal_number number_;
    utf8_checker utf8_;
    std::uint64_t offset_ = 0;
    std::uint64_t token_begin_ = 0;
    std::string_view literal_;
    std::size_t literal_position_ = 0;
    unsigned code_unit_ = 0;
    unsigned code_unit_digits_ = 0;
    unsigned high_surrogate_ = 0;
    bool in_name_ = false;
    state state_ = state::value;
};

} // namespace roomport::json::detail
