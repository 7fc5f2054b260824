#pragma once

#include "common/handler_memory.hpp"
#include "http/response_reader.hpp"
#include "http/transport.hpp"

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/http/message.hpp>
#include <roomport/phase_times.hpp>

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
    time_point at{};
};

/// An established connection: one request at a time, and a watch on it in between.
///
/// On the pool's executor only.
class connection : public std::enable_shared_from_this<connection> {
public:
    /// Called when an idle connection ended or spoke; `stray` says that it spoke.
    using idle_handler = std::function<void(bool stray)>;
    using exchange_handler = std::function<void(const exchange_outcome&)>;

    connection(boost::asio::ip::tcp::socket socket, std::unique_ptr<transport> stream,
               bool peer_is_loopback);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { wipe(); }

    /// Begins to watch the connection.
    /// @throws std::bad_alloc; the connection is of no use then.
    /// @param on_idle_end      called at most once and never after `close`.
    /// @param on_exchange_end  called once for each exchange, not from within `exchange`, and never after `close`.
    void start(idle_handler on_idle_end, exchange_handler on_exchange_end);

    /// Whether the idle connection is still silent and open at this moment. Bytes that arrived just before a request is
    /// written must never be taken for its answer.
    enum class condition { quiet, ended, spoke };
    condition inspect();

    /// Where the bytes of the next request go; empty. Its memory is kept, and wiped once the request was sent.
    std::string& request_text() noexcept { return text_; }

    /// Sends the request that was put into `request_text` and reads its answer. Where memory is missing later on, the
    /// exchange ends with `no_memory`.
    /// @throws std::bad_alloc; the connection is of no use then.
    /// @param answer filled on the way; must live until the end of the exchange or `close`, as must `sink`.
    void exchange(response& answer, body_sink& sink, std::size_t body_limit, time_point now);

    /// Ends the connection without waiting for the peer. No handler is called any more.
    void close();

    bool peer_is_loopback() const noexcept { return peer_is_loopback_; }

private:
    /// Takes an event in: runs its step, and tells of the exchange that ended with it.
    void react(void (connection::*step)());
    void await_readable();
    void await_writable();
    void readable();
    void writable();
    void end_idle(bool stray);
    void run_out_of_memory();
    void write_more();
    void read_more();
    void continue_reading();
    void continue_reading_later();
    /// Takes what one read brought; false when the exchange has ended with it.
    bool take(const transport_result& result);
    bool take_bytes(std::size_t size);
    void finish(error_code ec, bool message_complete, bool stray_bytes, time_point now);
    bool request_sent() const noexcept { return sent_ == text_.size(); }
    /// Overwrites the bytes of the request, a token perhaps among them.
    void wipe() noexcept;

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<transport> transport_;
    bool peer_is_loopback_;
    idle_handler on_idle_end_;
    exchange_handler on_exchange_end_;
    std::string text_;
    std::size_t sent_ = 0;
    response* answer_ = nullptr;
    response_reader reader_;
    time_point began_at_;
    std::optional<time_point> first_byte_at_;
    /// Of an exchange that has ended and was not told of yet.
    std::optional<exchange_outcome> outcome_;
    roomport::detail::handler_memory wait_memory_;
    bool is_busy_ = false;
    bool write_failed_ = false;
    bool awaiting_readable_ = false;
    bool awaiting_writable_ = false;
    bool closed_ = false;
    std::array<char, 16 * 1024> buffer_;
};

} // namespace roomport::http::detail
