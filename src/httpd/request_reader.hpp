#pragma once

#include "httpd/message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace roomport::httpd {

/// What a request may cost.
class request_limits {
public:
    request_limits() = default;

    /// Request line and header section together, in bytes.
    std::size_t head = std::size_t{64} << 10U;
    /// The body after its transfer coding is removed, in bytes.
    std::size_t body = std::size_t{1} << 20U;
};

/// Why bytes are no request that is served.
class request_failure {
public:
    request_failure() = default;

    /// The HTTP status that says so.
    int status = 0;
    std::string why;
};

/// Turns bytes into one request after the other. No I/O: bytes are put in, requests are taken out.
class request_reader {
public:
    enum class status {
        /// More bytes are needed.
        incomplete,
        /// A request can be taken.
        complete,
        /// The bytes are not a request that is served; @ref failure says why. The connection ends after the answer.
        failed,
    };

    explicit request_reader(request_limits limits);
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;
    ~request_reader();

    /// Looks at the bytes at hand, those of an earlier call that were not consumed included.
    /// @param consumed how many of them are done with.
    status put(std::string_view bytes, std::size_t& consumed);

    /// The head of the request whose body is still to come; null before there is one.
    const request* head() const noexcept { return head_checked_ ? &request_ : nullptr; }

    /// Lowers the limit on the body of the request whose head is there.
    /// @return `failed` when more than that was announced or has come.
    status limit_body(std::size_t most);

    /// Whether a request has begun and is not complete.
    bool has_begun() const noexcept;

    /// The bytes kept of a request that has begun.
    std::size_t kept_bytes() const noexcept;

    /// Gives up the request that has begun, with all that was kept of it. Nothing more can be read.
    void discard();

    /// Whether the caller waits for "100 Continue" before it sends the body. True once for each request.
    bool take_expect_continue();

    /// Whether the last request allows another one after it on the same connection.
    bool keeps_alive() const noexcept { return keeps_alive_; }

    /// Whether the last request was HTTP/1.0.
    bool is_http_1_0() const noexcept { return is_http_1_0_; }

    /// The complete request; the next one may follow. @pre the last status was `complete`.
    request take();

    /// Why it could not be read. @pre the last status was `failed`.
    const request_failure& failure() const noexcept { return failure_; }

private:
    struct parser;

    status fail(int status_code, std::string_view text);
    bool check_head();
    status check_body();

    request_limits limits_;
    std::unique_ptr<parser> parser_;
    std::size_t raw_bytes_ = 0;
    std::size_t head_bytes_ = 0;
    std::size_t most_body_;
    bool head_checked_ = false;
    bool expects_continue_ = false;
    bool keeps_alive_ = false;
    bool is_http_1_0_ = false;
    request request_;
    request_failure failure_;
};

} // namespace roomport::httpd
