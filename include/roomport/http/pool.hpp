#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/http/exchange.hpp>
#include <roomport/http/message.hpp>
#include <roomport/http/origin.hpp>
#include <roomport/http/pool_options.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace roomport::http {

/// Numbers about a pool, taken at one moment. Counters count since the pool was made.
struct pool_metrics {
    /// Connections being opened.
    std::size_t connecting = 0;
    /// Connections without a request.
    std::size_t idle = 0;
    /// Connections with a request.
    std::size_t busy = 0;
    /// Requests waiting for a connection.
    std::size_t waiting = 0;
    /// Requests made, refused ones included.
    std::uint64_t requests = 0;
    /// Connections established, handshake included.
    std::uint64_t connections_opened = 0;
    /// Attempts to connect that failed or took too long; those given up because nobody waited any more are not counted.
    std::uint64_t connections_failed = 0;
    /// Handshakes that resumed an earlier session.
    std::uint64_t handshakes_resumed = 0;
    /// Handshakes that did not.
    std::uint64_t handshakes_full = 0;
    /// Requests sent again because a reused connection had died.
    std::uint64_t resent = 0;
    /// Connections dropped because they spoke while idle or had bytes left after an answer.
    std::uint64_t dropped_for_stray_bytes = 0;
};

/// A pool of HTTP/1.1 connections to one origin.
///
/// Requests of one class are served in the order they come, each on an idle connection or, while there are less than
/// allowed, on a new one; no class keeps the other waiting. A connection that can't be opened fails one request, of each
/// class in turn; nothing is tried again but this: when a *reused*
/// connection dies before any byte of the answer, a repeatable request is sent once more, on a fresh one. Redirects are
/// not followed, interim responses (at most 5) are skipped, and no byte of a request is sent before the server's
/// identity is proven.
///
/// Any thread may call any function. All state lives on the pool's strand. An idle connection is work for the
/// io_context: `run()` returns once the pool is destroyed, or `cancel` was called, or the idle timeout has passed.
///
/// The destructor ends every request with `operation_aborted` and does not block; it needs the io_context to be alive.
class ROOMPORT_EXPORT pool {
public:
    /// Makes a pool with a strand of its own. Nothing is connected yet.
    /// @param io_executor where the I/O runs; handlers without an executor of their own are posted to it.
    /// @param target      where requests go.
    /// @param options     how; its files are read now.
    /// @throws boost::system::system_error `error::invalid_argument` when an option is out of range or a TLS file can't
    ///         be used; its text says which.
    pool(boost::asio::any_io_executor io_executor, origin target,
         pool_options options = pool_options());

    /// The same on a strand that the caller shares with the pool.
    /// @param strand      a strand of `io_executor`, or `io_executor` itself when only one thread runs it.
    /// @param io_executor where handlers without an executor of their own are posted to.
    /// @param target      where requests go.
    /// @param options     how; its files are read now.
    /// @throws boost::system::system_error as above.
    pool(boost::asio::any_io_executor strand, boost::asio::any_io_executor io_executor,
         origin target, pool_options options);
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool();

    /// Sends a request and hands the body of its answer to `sink` as it arrives.
    ///
    /// Any HTTP status is a success here. A failure is one of `error::invalid_argument` or `plaintext_refused` (nothing
    /// was sent); `queue_full`, `acquire_timeout`; `host_not_found`, `resolve_failed`, `connect_failed`,
    /// `connect_timeout`; `tls_identity_refused`, `tls_version_refused`, `tls_handshake_failed`, `tls_broken`;
    /// `attempt_timeout` when its attempt took too long or its deadline passed; `connection_closed`, `bad_http`,
    /// `headers_too_large`, `body_too_large`; what `sink` returned; or `boost::asio::error::no_memory` or
    /// `operation_aborted`.
    ///
    /// @param wanted the request.
    /// @param sink   takes the body; must live until the handler is called.
    /// @param token  completes with `void(error_code, response)`, posted to its associated executor and never called
    ///               from within this function. Supports terminal, partial and total cancellation, which frees the
    ///               connection or the place in the queue at once and yields `operation_aborted`. On failure the
    ///               response holds what was known until then.
    template <class CompletionToken>
    auto async_request(request wanted, body_sink& sink, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, response)>(
            [](auto handler, std::shared_ptr<impl> self, request sent, body_sink* target) {
                start_request(std::move(self), std::move(sent), *target, std::move(handler));
            },
            token, impl_, std::move(wanted), &sink);
    }

    /// Sends the request of an exchange; what was said of `async_request` holds, but for the completion, which is
    /// `exchange::ended`. In the steady state nothing is allocated. To be called on the pool's strand.
    /// @param what shared until it has ended; not under way already.
    /// @throws std::bad_alloc when there is no memory to begin; it is not under way then.
    void start(std::shared_ptr<exchange> what);

    /// Ends an exchange with `operation_aborted`, soon, and frees its connection or its place in the queue at once. Does
    /// nothing when it is not under way at this pool. To be called on the pool's strand.
    void cancel(exchange& what);

    /// Ends every request with `operation_aborted` and closes every connection, soon. The pool stays usable.
    void cancel();

    /// How many requests of a class are served at the same time at present: as many as there may be connections, or only
    /// the class's own share of them while many requests of the other wait. What is more only waits. To be called on the
    /// pool's strand.
    std::size_t places(request_class of) const;

    /// Numbers about the pool, as they were at the end of its latest step.
    pool_metrics metrics() const;

    /// Where requests go.
    const origin& target() const noexcept;

private:
    struct impl;
    using handler_type = boost::asio::any_completion_handler<void(error_code, response)>;

    static void start_request(std::shared_ptr<impl> self, request wanted, body_sink& sink,
                              handler_type handler);

    std::shared_ptr<impl> impl_;
};

} // namespace roomport::http
