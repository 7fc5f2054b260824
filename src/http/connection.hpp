#pragma once

#include "http/channel.hpp"
#include "http/response_reader.hpp"

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/http/message.hpp>
#include <roomport/phase_times.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace roomport::http::detail {

/// How one request on a connection ended.
struct exchange_outcome {
    error_code error;
    /// The connection can take another request.
    bool reusable = false;
    /// Bytes came after the answer.
    bool stray_bytes = false;
    /// The connection ended before any byte of an answer, so that the server may never have seen the request.
    bool died_before_answer = false;
};

/// An established connection: one request at a time, and a watch on it in between.
///
/// On the pool's executor only.
class connection : public std::enable_shared_from_this<connection> {
public:
    /// Called when an idle connection ended or spoke; `stray` says that it spoke.
    using idle_handler = std::function<void(bool stray)>;
    using exchange_handler = std::function<void(const exchange_outcome&)>;

    connection(boost::asio::ip::tcp::socket socket, std::unique_ptr<channel> stream,
               bool peer_is_loopback);

    /// Begins to watch the connection. `on_idle_end` is called at most once and never after `close`.
    void start(idle_handler on_idle_end);

    /// Whether the idle connection is still silent and open at this moment. Bytes that arrived just before a request is
    /// written must never be taken for its answer.
    enum class condition { quiet, ended, spoke };
    condition inspect();

    /// Sends a request and reads its answer.
    /// @param text   the bytes of the request; wiped once sent.
    /// @param answer filled on the way; must live until `done` or `close`, as must `sink`.
    /// @param done   called once, not from within this function, and never after `close`.
    void exchange(std::string text, response& answer, body_sink& sink, std::size_t body_limit,
                  exchange_handler done);

    /// Ends the connection without waiting for the peer. No handler is called any more.
    void close();

    bool peer_is_loopback() const noexcept { return peer_is_loopback_; }

private:
    class exchange_state {
    public:
        exchange_state(std::string bytes, response& head, body_sink& sink, std::size_t body_limit,
                       exchange_handler handler)
            : text(std::move(bytes)), answer(head), reader(head, sink, body_limit),
              done(std::move(handler)), began_at(clock::now()) {}
        exchange_state(const exchange_state&) = delete;
        exchange_state& operator=(const exchange_state&) = delete;
        ~exchange_state() { wipe(); }

        /// Overwrites the bytes of the request, a token perhaps among them.
        void wipe() noexcept;

        std::string text;
        std::size_t sent = 0;
        bool write_failed = false;
        response& answer;
        response_reader reader;
        exchange_handler done;
        time_point began_at;
        std::optional<time_point> first_byte_at;
    };

    void await_readable();
    void await_writable();
    void readable();
    void write_more();
    void read_more();
    void continue_reading_later();
    /// Takes what one read brought; false when the exchange has ended with it.
    bool take(const channel_result& result);
    bool take_bytes(std::size_t size);
    void finish(error_code ec, bool message_complete, bool stray_bytes);
    bool request_sent() const;

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<channel> channel_;
    bool peer_is_loopback_;
    idle_handler on_idle_end_;
    std::optional<exchange_state> exchange_;
    bool awaiting_readable_ = false;
    bool awaiting_writable_ = false;
    bool closed_ = false;
    std::array<char, 16 * 1024> buffer_;
};

} // namespace roomport::http::detail
