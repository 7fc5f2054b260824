#include "json/tokenizer.hpp"

namespace roomport::json::detail {
namespace {

constexpr bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

constexpr bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

constexpr std::string_view literal_true = "true";
constexpr std::string_view literal_false = "false";
constexpr std::string_view literal_null = "null";

} // namespace

tokenizer::tokenizer(token_handler& handler, std::size_t nesting_limit)
    : handler_(handler), nesting_limit_(nesting_limit) {}

void tokenizer::reset() noexcept {
    open_.clear();
    number_.clear();
    utf8_ = utf8_checker();
    offset_ = 0;
    code_unit_ = 0;
    code_unit_digits_ = 0;
    high_surrogate_ = 0;
    in_name_ = false;
    state_ = state::value;
}

bool tokenizer::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (state_ == state::text) {
            if (!text_run(bytes)) {
                return false;
            }
            continue;
        }
        bool go_on = true;
        if (bytes.front() == '"' && take_whole(bytes, go_on)) {
            if (!go_on) {
                return false;
            }
            continue;
        }
        if (!step(bytes.front())) {
            return false;
        }
        bytes.remove_prefix(1);
        ++offset_;
    }
    return true;
}

bool tokenizer::finish() {
    switch (state_) {
    case state::number_zero:
    case state::number_integer:
    case state::number_fraction:
    case state::number_exponent:
        if (!end_number()) {
            return false;
        }
        break;
    default:
        break;
    }
    if (state_ == state::end) {
        return true;
    }
    return fail(offset_ == 0 ? "the document is empty" : "the document ends too early");
}

bool tokenizer::step(char byte) {
    switch (state_) {
    case state::value:
    case state::value_or_array_end:
        return is_space(byte) || begin_value(byte);
    case state::name_or_object_end:
    case state::name:
        return is_space(byte) || begin_name(byte);
    case state::colon:
        if (byte == ':') {
            state_ = state::value;
            return true;
        }
        return is_space(byte) || fail("expected a colon after the member's name");
    case state::comma_or_end:
    case state::end:
        return is_space(byte) || after_value(byte);
    case state::escape:
        return continue_escape(byte);
    case state::unicode:
        return continue_unicode(byte);
    case state::second_backslash:
    case state::second_u:
        return continue_surrogate_pair(byte);
    case state::literal:
        return continue_literal(byte);
    default:
        return continue_number(byte);
    }
}

bool tokenizer::begin_value(char byte) {
    token_begin_ = offset_;
    switch (byte) {
    case '{':
    case '[':
        return begin_container(byte);
    case ']':
        if (state_ == state::value_or_array_end) {
            return end_container(byte);
        }
        return fail("expected a value");
    case '"':
        in_name_ = false;
        state_ = state::text;
        return handler_.text_begin(offset_);
    case 't':
        return begin_literal(literal_true);
    case 'f':
        return begin_literal(literal_false);
    case 'n':
        return begin_literal(literal_null);
    case '-':
        number_.clear();
        number_.set_negative();
        state_ = state::number_minus;
        return true;
    case '\xEF':
        if (offset_ == 0) {
            return fail("a byte order mark is not allowed");
        }
        return fail("expected a value");
    default:
        if (!is_digit(byte)) {
            return fail("expected a value");
        }
        number_.clear();
        state_ = state::number_minus;
        return continue_number(byte);
    }
}

bool tokenizer::begin_container(char bracket) {
    if (open_.size() >= nesting_limit_) {
        return fail("objects and arrays are nested too deeply");
    }
    open_.push_back(bracket);
    if (bracket == '{') {
        state_ = state::name_or_object_end;
        return handler_.object_begin(offset_);
    }
    state_ = state::value_or_array_end;
    return handler_.array_begin(offset_);
}

bool tokenizer::end_container(char bracket) {
    open_.pop_back();
    return value_done(bracket == '}' ? handler_.object_end(offset_) : handler_.array_end(offset_));
}

bool tokenizer::begin_literal(std::string_view word) {
    literal_ = word;
    literal_position_ = 1;
    state_ = state::literal;
    return true;
}

bool tokenizer::continue_literal(char byte) {
    if (byte != literal_[literal_position_]) {
        return fail("expected true, false or null");
    }
    if (++literal_position_ < literal_.size()) {
        return true;
    }
    if (literal_ == literal_null) {
        return value_done(handler_.null(token_begin_));
    }
    return value_done(handler_.boolean(token_begin_, literal_ == literal_true));
}

bool tokenizer::begin_name(char byte) {
    if (byte == '"') {
        token_begin_ = offset_;
        in_name_ = true;
        state_ = state::text;
        return handler_.name_begin(offset_);
    }
    if (byte == '}' && state_ == state::name_or_object_end) {
        return end_container(byte);
    }
    return fail("expected a member's name in quotation marks");
}

bool tokenizer::after_value(char byte) {
    if (state_ == state::end) {
        return fail("expected nothing after the end of the document");
    }
    const bool in_object = open_.back() == '{';
    if (byte == ',') {
        state_ = in_object ? state::name : state::value;
        return true;
    }
    if (byte == (in_object ? '}' : ']')) {
        return end_container(byte);
    }
    return fail(in_object ? "expected a comma or the end of the object"
                          : "expected a comma or the end of the array");
}

bool tokenizer::continue_number(char byte) {
    switch (state_) {
    case state::number_minus:
        if (!is_digit(byte)) {
            return fail("expected a digit");
        }
        state_ = byte == '0' ? state::number_zero : state::number_integer;
        number_.add_integer_digit(byte);
        return true;
    case state::number_integer:
        if (is_digit(byte)) {
            number_.add_integer_digit(byte);
            return true;
        }
        [[fallthrough]];
    case state::number_zero:
        if (byte == '.') {
            state_ = state::number_point;
            return true;
        }
        break;
    case state::number_point:
    case state::number_fraction:
        if (is_digit(byte)) {
            state_ = state::number_fraction;
            number_.add_fraction_digit(byte);
            return true;
        }
        if (state_ == state::number_point) {
            return fail("expected a digit");
        }
        break;
    case state::number_e:
        if (byte == '+' || byte == '-') {
            if (byte == '-') {
                number_.set_exponent_negative();
            }
            state_ = state::number_e_sign;
            return true;
        }
        [[fallthrough]];
    default:
        if (is_digit(byte)) {
            state_ = state::number_exponent;
            number_.add_exponent_digit(byte);
            return true;
        }
        if (state_ != state::number_exponent) {
            return fail("expected a digit");
        }
        return end_number() && step(byte);
    }
    if (byte == 'e' || byte == 'E') {
        state_ = state::number_e;
        return true;
    }
    return end_number() && step(byte);
}

bool tokenizer::end_number() {
    return value_done(handler_.number(token_begin_, number_));
}

bool tokenizer::value_done(bool go_on) {
    state_ = open_.empty() ? state::end : state::comma_or_end;
    return go_on;
}

bool tokenizer::fail(std::string_view reason) {
    handler_.syntax_error(offset_, reason);
    return false;
}

} // namespace roomport::json::detail
