#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::http::detail {

/// The head of one HTTP/1 response: status line and header section.
class response_head {
public:
    response_head() = default;

    int status = 0;
    int minor_version = 1;
    std::vector<field> fields;
};

/// Collects the bytes of one response head, which may arrive in pieces of any size, and reads them.
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
    step put(std::string_view input);

    /// Reads the complete head. Call once, after `put` said so; the reader then begins the next head.
    error_code parse(response_head& to);

    /// Whether no byte of the head has arrived.
    bool empty() const noexcept { return text_.empty(); }

private:
    error_code take(char c);

    std::size_t limit_;
    std::string text_;
    bool line_is_empty_ = false;
    bool complete_ = false;
};

} // namespace roomport::http::detail
