#pragma once

#include "client/client_impl.hpp"
#include "hathora/typed_answer.hpp"

#include <roomport/hathora/encode.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace roomport {

/// How one call of an operation ended, whatever its response is.
class call_outcome {
public:
    call_outcome() = default;

    error_code error;
    int http_status = 0;
    std::string message;
    std::optional<time_point> not_before;
    phase_times times;
};

/// Whether `client::cancel` ends a call.
enum class call_kind {
    ordinary,
    /// Part of leaving nothing behind: goes on.
    cleanup,
};

/// One call of an operation under way: asks for the token, sends, and tries once more with a token that has changed since
/// it was refused.
class call final : public activity, public std::enable_shared_from_this<call> {
public:
    /// @param document takes the answer; kept until the end.
    /// @param done     called once, on the strand.
    call(std::shared_ptr<client::impl> owner, const hathora::operation_description& what,
         hathora::encoded_request request, std::shared_ptr<hathora::answer> document,
         call_kind kind, std::function<void(call_outcome)> done);

    ~call() override;

    /// Begins. On the strand, once.
    /// @param deadline        when it must have ended, whatever it waits for.
    /// @param attempt_timeout how long it may take from when it has a connection.
    void start(time_point deadline, duration attempt_timeout);

    void cancel() override;

private:
    void send();
    boost::system::result<secret> current_token() const;
    const secret& hidden_token() const;
    std::string why_no_token(error_code why) const;
    void received(error_code ec, const http::response& response);
    void finish(call_outcome outcome);

    std::shared_ptr<client::impl> owner_;
    const hathora::operation_description what_;
    http::request request_;
    error_code refused_;
    std::string refusal_;
    std::shared_ptr<hathora::answer> document_;
    call_kind kind_;
    std::function<void(call_outcome)> done_;
    asio::cancellation_signal stop_;
    bool token_was_renewed_ = false;
    bool cancelled_ = false;
    bool finished_ = false;
};

/// A call's outcome as a result without its value.
template <class T>
api_result<T> to_result(call_outcome outcome) {
    api_result<T> result;
    result.http_status = outcome.http_status;
    result.message = std::move(outcome.message);
    result.not_before = outcome.not_before;
    result.times = outcome.times;
    return result;
}

/// A call's outcome as a result.
template <class T>
api_result<T> to_result(call_outcome outcome, hathora::typed_answer<T>& document) {
    const bool has_value = !outcome.error;
    auto result = to_result<T>(std::move(outcome));
    if (has_value) {
        result.value = document.take();
    }
    return result;
}

/// The untyped part of a failed call's result.
template <class T>
call_outcome to_outcome(error_code ec, const api_result<T>& result) {
    call_outcome outcome;
    outcome.error = ec;
    outcome.http_status = result.http_status;
    outcome.message = result.message;
    outcome.not_before = result.not_before;
    outcome.times = result.times;
    return outcome;
}

} // namespace roomport
