#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::http::detail {

/// The status line of an HTTP/1 response.
struct status_line {
    int status = 0;
    int minor_version = 1;
};

/// Collects the bytes of one response head, which may arrive in pieces of any size, and reads them.
///
/// The reason phrase may be missing, with or without the space before it. Lines end in CR LF and are not continued on the
/// next; there are no control characters but the tab in values.
class head_reader {
public:
    /// @param limit the largest head accepted, in bytes.
    explicit head_reader(std::size_t limit) : limit_(limit) {}

    struct step {
        std::size_t consumed = 0;
        bool complete = false;
        error_code error;
    };

    /// Takes bytes up to the end of the head. What can't become a head is an error at once, not at its end.
    /// @param input has to stay until `parse`, when the head is complete.
    step put(std::string_view input);

    /// Reads the complete head. Call once, after `put` said so; the reader then begins the next head.
    /// @param fields overwritten; their memory is used again.
    error_code parse(status_line& first, std::vector<field>& fields);

    /// Forgets what it has, to begin a new head.
    void reset() noexcept;

private:
    error_code take(char c);

    std::size_t limit_;
    std::string text_;
    /// The complete head.
    std::string_view head_;
    bool line_is_empty_ = false;
};

} // namespace roomport::http::detail
