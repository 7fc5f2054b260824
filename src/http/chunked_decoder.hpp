#pragma once

#include <roomport/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomport::http::detail {

/// Removes the chunked transfer coding from bytes that arrive in pieces of any size.
///
/// Spaces and tabs after a size are dropped, as are extensions and trailers, which are checked. All of these, and zeros
/// before a size, count against one bound.
class chunked_decoder {
public:
    /// @param overhead_limit bytes of padding, extensions and trailers together.
    explicit chunked_decoder(std::size_t overhead_limit) : overhead_left_(overhead_limit) {}

    struct step {
        /// Bytes of the input used up, the data included.
        std::size_t consumed = 0;
        /// Body bytes inside the input; empty when there are none yet.
        std::string_view data;
        error_code error;
    };

    /// Reads up to the end of the next piece of data, or of the input.
    step next(std::string_view input);

    /// Whether the last chunk and the trailers were read.
    bool done() const noexcept { return state_ == state::done; }

private:
    enum class state {
        size_start,
        size,
        padding,
        extension,
        size_end,
        data,
        data_return,
        data_end,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_end,
        last_end,
        done,
    };

    error_code take(char c);
    error_code take_size(char c);
    error_code take_trailer(char c);
    error_code count_overhead();

    state state_ = state::size_start;
    std::uint64_t chunk_left_ = 0;
    unsigned size_digits_ = 0;
    std::size_t overhead_left_;
};

} // namespace roomport::http::detail
