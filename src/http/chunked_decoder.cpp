#include "http/chunked_decoder.hpp"

#include "common/hexadecimal.hpp"
#include "http/ascii.hpp"

#include <algorithm>

namespace roomport::http::detail {
namespace {

// More digits could overflow. Zeros before them are not counted, but each is overhead.
constexpr unsigned most_size_digits = 15;

} // namespace

chunked_decoder::step chunked_decoder::next(std::string_view input) {
    step result;
    while (result.consumed < input.size() && state_ != state::done) {
        if (state_ == state::data) {
            const auto rest = input.substr(result.consumed);
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, rest.size()));
            result.data = rest.substr(0, size);
            result.consumed += size;
            chunk_left_ -= size;
            if (chunk_left_ == 0) {
                state_ = state::data_return;
            }
            return result;
        }
        result.error = take(input[result.consumed]);
        if (result.error) {
            return result;
        }
        ++result.consumed;
    }
    return result;
}

error_code chunked_decoder::take(char c) {
    switch (state_) {
    case state::size_start:
    case state::size:
    case state::padding:
    case state::extension:
    case state::size_end:
        return take_size(c);
    case state::data_return:
        state_ = state::data_end;
        return c == '\r' ? error_code() : error_code(error::bad_http);
    case state::data_end:
        state_ = state::size_start;
        return c == '\n' ? error_code() : error_code(error::bad_http);
    default:
        return take_trailer(c);
    }
}

error_code chunked_decoder::take_size(char c) {
    if (state_ == state::size_end) {
        state_ = chunk_left_ == 0 ? state::trailer_start : state::data;
        return c == '\n' ? error_code() : error_code(error::bad_http);
    }
    if (state_ == state::size_start) {
        chunk_left_ = 0;
        size_digits_ = 0;
    }
    if (c == '\r' && state_ != state::size_start) {
        state_ = state::size_end;
        return {};
    }
    if (state_ == state::extension) {
        return is_field_byte(c) ? count_overhead() : error_code(error::bad_http);
    }
    if (state_ != state::size_start && c == ';') {
        state_ = state::extension;
        return count_overhead();
    }
    // Some servers write sizes into a field of fixed width.
    if (state_ != state::size_start && (c == ' ' || c == '\t')) {
        state_ = state::padding;
        return count_overhead();
    }
    const int digit = roomport::detail::hexadecimal_value(c);
    if (digit < 0 || state_ == state::padding) {
        return error::bad_http;
    }
    state_ = state::size;
    if (digit == 0 && chunk_left_ == 0) {
        return count_overhead();
    }
    chunk_left_ = chunk_left_ * 16 + static_cast<unsigned>(digit);
    return ++size_digits_ <= most_size_digits ? error_code() : error_code(error::bad_http);
}

error_code chunked_decoder::take_trailer(char c) {
    switch (state_) {
    case state::last_end:
        state_ = state::done;
        return c == '\n' ? error_code() : error_code(error::bad_http);
    case state::trailer_end:
        state_ = state::trailer_start;
        return c == '\n' ? count_overhead() : error_code(error::bad_http);
    case state::trailer_start:
        if (c == '\r') {
            state_ = state::last_end;
            return {};
        }
        state_ = state::trailer_name;
        return is_token_char(c) ? count_overhead() : error_code(error::bad_http);
    case state::trailer_name:
        if (c == ':') {
            state_ = state::trailer_value;
            return count_overhead();
        }
        return is_token_char(c) ? count_overhead() : error_code(error::bad_http);
    default:
        if (c == '\r') {
            state_ = state::trailer_end;
            return count_overhead();
        }
        return is_field_byte(c) ? count_overhead() : error_code(error::bad_http);
    }
}

error_code chunked_decoder::count_overhead() {
    if (overhead_left_ == 0) {
        return error::headers_too_large;
    }
    --overhead_left_;
    return {};
}

} // namespace roomport::http::detail
