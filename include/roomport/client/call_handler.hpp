#pragma once

/// @file
/// What gives the end of a call its type. Used by the client; nothing that users write themselves.

#include <roomport/client/api_result.hpp>
#include <roomport/error.hpp>
#include <roomport/hathora/operation.hpp>
#include <roomport/hathora/response_document.hpp>

#include <boost/asio/associator.hpp>

#include <memory>
#include <utility>

namespace roomport::detail {

/// Puts the document of an answer into the result of a call, and calls the handler with that. Its executor, cancellation
/// slot and allocator are the handler's.
template <class Response, class Handler>
class call_handler {
public:
    using document = hathora::detail::typed_response<Response>;

    call_handler(Handler handler, std::shared_ptr<document> read)
        : handler_(std::move(handler)), document_(std::move(read)) {}

    void operator()(error_code ec, api_result<hathora::no_content> untyped) {
        api_result<Response> result;
        result.http_status = untyped.http_status;
        result.message = std::move(untyped.message);
        result.not_before = untyped.not_before;
        result.times = untyped.times;
        if (!ec) {
            result.value = document_->take();
        }
        document_.reset();
        std::move(handler_)(ec, std::move(result));
    }

    const Handler& inner() const noexcept { return handler_; }

private:
    Handler handler_;
    std::shared_ptr<document> document_;
};

} // namespace roomport::detail

/// @cond
template <template <class, class> class Associator, class Response, class Handler, class Candidate>
struct boost::asio::associator<Associator, roomport::detail::call_handler<Response, Handler>,
                               Candidate> : Associator<Handler, Candidate> {
    using call_handler = roomport::detail::call_handler<Response, Handler>;

    static auto get(const call_handler& handler) noexcept
        -> decltype(Associator<Handler, Candidate>::get(handler.inner())) {
        return Associator<Handler, Candidate>::get(handler.inner());
    }

    static auto get(const call_handler& handler, const Candidate& candidate) noexcept
        -> decltype(Associator<Handler, Candidate>::get(handler.inner(), candidate)) {
        return Associator<Handler, Candidate>::get(handler.inner(), candidate);
    }
};
/// @endcond
