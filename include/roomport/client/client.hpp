#pragma once

#include <roomport/client/api_result.hpp>
#include <roomport/client/call_handler.hpp>
#include <roomport/client/client_options.hpp>
#include <roomport/client/create_options.hpp>
#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/hathora/encode.hpp>
#include <roomport/hathora/operations.hpp>
#include <roomport/hathora/response_document.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/wait/wait_engine.hpp>
#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <utility>

namespace roomport {

/// A room id goes in, an `exposed_port` comes out.
///
/// A client speaks to one endpoint for one app over one pool of connections. All its state lives on a strand of the
/// executor it is given; any thread may call any function but @ref wait_metrics. Handlers are posted to their associated
/// executor, or to the client's when they have none, and are never called from within the initiating function. Every
/// asynchronous function accepts any completion token and, but for @ref async_wait_metrics, supports terminal, partial
/// and total cancellation, which completes it with `boost::asio::error::operation_aborted`.
///
/// Destroying a client cancels everything under way and does not block; handlers still run, and rooms of create-and-waits
/// that it ends are still destroyed, as long as the context is run. The executor's context must outlive the client, but
/// for a client that is kept by a handler or a coroutine of that context. What is under way when a context is destroyed
/// ends without a word: no handler is called, no room destroyed, no orphan told.
class ROOMPORT_EXPORT client {
public:
    /// @param executor where the I/O runs; someone must run its context.
    /// @param options  see there.
    /// @throws boost::system::system_error `error::invalid_argument` with a text that names the option, or why a TLS file
    ///         can't be used.
    client(boost::asio::any_io_executor executor, client_options options);
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client();

    /// Waits until a room is really ready.
    ///
    /// All who wait for the same room share one stream of polls; each has its own deadline, verdicts and cancellation.
    /// Source in the API: GetConnectionInfo.
    ///
    /// @param room_id the room: 1 to 100 letters, digits, '_' and '-'; else `error::invalid_argument`, nothing sent.
    /// @param options how to wait.
    /// @param token   completes with `void(error_code, wait_result)`. The result's evidence is filled in any case.
    ///                Errors: `errc::timeout` at the deadline, `errc::room_gone`, `errc::invalid_argument`,
    ///                `boost::asio::error::no_memory`, and all others of the verdicts.
    template <class CompletionToken>
    auto async_wait_active(std::string room_id, wait_options options, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, wait_result)>(
            [](auto handler, std::shared_ptr<impl> self, std::string wanted, wait_options how) {
                start_wait(std::move(self), std::move(wanted), std::move(how), std::move(handler));
            },
            token, impl_, std::move(room_id), std::move(options));
    }

    /// The same for coroutines.
    ///
    /// @return where to connect. The client must live until the coroutine was first resumed.
    /// @throws wait_error with the evidence.
    boost::asio::awaitable<roomport::exposed_port>
    wait_active(std::string room_id, wait_options options = wait_options());

    /// Creates a room and waits until it is ready, without leaving a room behind that nobody knows.
    ///
    /// Chooses the room's id itself unless the request names one, so that a creation whose outcome is unknown (the answer
    /// was lost) is found again instead of repeated. Temporary failures of the creation are retried until the deadline.
    /// A room whose id the request named is destroyed only when the server said that this call made it; it may be somebody
    /// else's otherwise.
    /// When the wait fails or is cancelled, this completes at once and the room is destroyed in the background for at most
    /// 5 s; `async_close` waits for that, and `client_options::on_orphan` is told if it fails.
    /// Source in the API: CreateRoom, GetConnectionInfo, DestroyRoom.
    ///
    /// @param request region, configuration and perhaps the id of the room.
    /// @param options how to wait, and whether to destroy.
    /// @param token   completes with `void(error_code, created_room)`. Errors: those of @ref async_wait_active, and those
    ///                with which CreateRoom ends for good, like `errc::unauthorized`, `error::token_unavailable`, or
    ///                `errc::conflict` when the request named an id that was used before.
    template <class CompletionToken>
    auto async_create_and_wait(hathora::create_room_request request, create_options options,
                               CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, created_room)>(
            [](auto handler, std::shared_ptr<impl> self, hathora::create_room_request wanted,
               create_options how) {
                start_create_and_wait(std::move(self), std::move(wanted), std::move(how),
                                      std::move(handler));
            },
            token, impl_, std::move(request), std::move(options));
    }

    /// Makes one call of an operation, without any retry but that of a dead reused connection and of a token that was
    /// refused and has changed since.
    ///
    /// @param what    one of `hathora::all_operations`, or one of your own (see @ref hathora::operation); kept by
    ///                reference until the operation has begun, which a lazy token like `deferred` puts off.
    /// @param request what it takes; ids and texts are checked first, `error::invalid_argument`.
    /// @param token   completes with `void(error_code, api_result<Response>)`. A status other than the operation's own is
    ///                an error of `http_status_category`, with the server's message in the result.
    template <class Request, class Response, class CompletionToken>
    auto async_call(const hathora::operation<Request, Response>& what, Request request,
                    CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, api_result<Response>)>(
            [](auto handler, std::shared_ptr<impl> self,
               const hathora::operation<Request, Response>* operation, const Request& wanted) {
                auto document = std::make_shared<hathora::detail::typed_response<Response>>();
                auto encoded = hathora::encode(*operation, wanted, app_id(*self));
                start_call(std::move(self), *operation, std::move(encoded), document,
                           detail::call_handler<Response, decltype(handler)>(std::move(handler),
                                                                             document));
            },
            token, impl_, &what, std::move(request));
    }

    /// Cancels everything under way, but for rooms being destroyed after a failed create-and-wait; those of create-and-waits
    /// that it ends are destroyed as well.
    void cancel();

    /// Cancels everything under way, waits for rooms being destroyed (at most 5 s) and closes all connections. Calls
    /// made afterwards complete with `operation_aborted`. Cancelling it ends the waiting alone: the client is closed
    /// all the same.
    /// @param token completes with `void(error_code)`: without error, or `operation_aborted` when it was cancelled.
    template <class CompletionToken>
    auto async_close(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [](auto handler, std::shared_ptr<impl> self) {
                start_close(std::move(self), std::move(handler));
            },
            token, impl_);
    }

    /// Numbers about the connections now. Any thread.
    http::pool_metrics pool_metrics() const;

    /// Numbers about the waits now. Not thread-safe: from within `wait_options::on_progress`, or where no other thread
    /// runs the executor meanwhile. All zero while the executor's context is being destroyed.
    wait_engine_metrics wait_metrics() const;

    /// The same from any thread, whoever runs the executor.
    /// @param token completes with `void(wait_engine_metrics)`, soon; cancellation is ignored.
    template <class CompletionToken>
    auto async_wait_metrics(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(wait_engine_metrics)>(
            [](auto handler, std::shared_ptr<impl> self) {
                start_wait_metrics(std::move(self), std::move(handler));
            },
            token, impl_);
    }

    /// What a client is made of. Not for users.
    struct impl;

private:
    static void
    start_wait(std::shared_ptr<impl> self, std::string room_id, wait_options options,
               boost::asio::any_completion_handler<void(error_code, wait_result)> handler);

    static boost::asio::awaitable<roomport::exposed_port>
    wait_on(std::shared_ptr<impl> self, std::string room_id, wait_options options);

    static void start_create_and_wait(
        std::shared_ptr<impl> self, hathora::create_room_request request, create_options options,
        boost::asio::any_completion_handler<void(error_code, created_room)> handler);

    static const std::string& app_id(const impl& self) noexcept;

    static void start_call(
        std::shared_ptr<impl> self, const hathora::operation_description& what,
        hathora::encoded_request request,
        std::shared_ptr<hathora::detail::response_document> document,
        boost::asio::any_completion_handler<void(error_code, api_result<hathora::no_content>)>
            handler);

    static void
    start_wait_metrics(std::shared_ptr<impl> self,
                       boost::asio::any_completion_handler<void(wait_engine_metrics)> handler);

    static void start_close(std::shared_ptr<impl> self,
                            boost::asio::any_completion_handler<void(error_code)> handler);

    std::shared_ptr<impl> impl_;
};

} // namespace roomport
