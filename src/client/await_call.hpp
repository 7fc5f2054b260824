#pragma once

#include "client/call.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <tuple>
#include <utility>

namespace roomport {

/// One call of an operation from a coroutine on the client's strand; cancelled with the coroutine.
/// @return the error with the result; never throws for a failed call.
template <class Request, class Response>
asio::awaitable<std::tuple<error_code, api_result<Response>>>
await_call(std::shared_ptr<client::impl> owner, const hathora::operation<Request, Response>& what,
           Request request, time_point deadline, duration attempt_timeout, call_kind kind) {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto outcome =
        co_await asio::async_initiate<decltype(token), void(error_code, api_result<Response>)>(
            [](auto handler, std::shared_ptr<client::impl> target,
               const hathora::operation<Request, Response>* operation, Request wanted,
               time_point until, duration at_most, call_kind of_kind) {
                auto document = std::make_shared<hathora::typed_answer<Response>>(*operation);
                using handler_type = decltype(handler);
                auto kept = std::make_shared<handler_type>(std::move(handler));
                auto slot = asio::get_associated_cancellation_slot(*kept);
                auto current = std::make_shared<call>(
                    target, *operation, hathora::encode(*operation, wanted, target->options.app_id),
                    document, of_kind, [kept, document, target](call_outcome ended) {
                        const error_code ec = ended.error;
                        // Resumed by a post: the call's own frames must be gone when the coroutine goes on.
                        asio::post(
                            target->strand,
                            [kept, ec, result = to_result(std::move(ended), *document)]() mutable {
                                std::move (*kept)(ec, std::move(result));
                            });
                    });
                if (slot.is_connected()) {
                    slot.assign([weak = std::weak_ptr<call>(current)](asio::cancellation_type) {
                        if (const auto live = weak.lock()) {
                            live->cancel();
                        }
                    });
                }
                current->start(until, at_most);
            },
            token, std::move(owner), &what, std::move(request), deadline, attempt_timeout, kind);
    co_return std::move(outcome);
}

} // namespace roomport
