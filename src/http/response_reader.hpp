#pragma once

#include "http/body_framing.hpp"
#include "http/chunked_decoder.hpp"
#include "http/head_reader.hpp"

#include <roomport/error.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomport::http::detail {

/// One moment by both clocks.
struct moment {
    time_point monotonic{};
    std::chrono::system_clock::time_point wall{};
};

/// Reads one response from bytes that arrive in pieces of any size: skips 1xx, checks the framing, hands the body on.
class response_reader {
public:
    static constexpr std::size_t head_limit = std::size_t{64} * 1024;
    static constexpr int most_interim_responses = 5;

    /// @param answer filled as the head arrives; must outlive the reader. The memory of its fields is used again: what
    ///               they hold has no meaning before the status is set.
    /// @param sink   takes the body; must outlive the reader.
    response_reader(response& answer, body_sink& sink, std::size_t body_limit);

    /// A reader that has to be started before it is used.
    response_reader() = default;

    /// Begins the next response, as a new reader would.
    void start(response& answer, body_sink& sink, std::size_t body_limit);

    struct step {
        std::size_t consumed = 0;
        bool done = false;
        error_code error;
    };

    /// Takes bytes up to the end of the response. `done` with an error is a response that is complete and that the sink
    /// refused at its end.
    step put(std::string_view input, const moment& now);

    /// The peer ended the connection.
    /// @param orderly whether nobody else can have cut it: by close_notify, or a FIN without TLS.
    /// @return no error when that is the end of the response, else why it is not.
    error_code finish(bool orderly);

    /// Whether any byte arrived.
    bool started() const noexcept { return started_; }

    /// Whether the connection may be used after this response.
    bool keep_alive() const noexcept { return framing_.keep_alive; }

private:
    enum class phase { head, body, done };

    step end(std::size_t consumed);
    error_code begin_body(const moment& now);
    step put_chunked(std::string_view input);
    error_code deliver(std::string_view data);

    response* answer_ = nullptr;
    body_sink* sink_ = nullptr;
    std::uint64_t body_limit_ = 0;
    head_reader head_{head_limit};
    chunked_decoder chunks_{head_limit};
    body_framing framing_;
    phase phase_ = phase::head;
    std::uint64_t body_size_ = 0;
    int interim_responses_ = 0;
    bool started_ = false;
};

} // namespace roomport::http::detail
