#include "client/call.hpp"

#include "hathora/room_observer.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace roomport {

call::call(std::shared_ptr<client::impl> owner, const hathora::operation_description& what,
           hathora::encoded_request request, std::shared_ptr<hathora::answer> document,
           call_kind kind, std::function<void(call_outcome)> done)
    : owner_(std::move(owner)), what_(what), request_(std::move(request.request)),
      refused_(request.error), refusal_(std::move(request.message)), document_(std::move(document)),
      kind_(kind), done_(std::move(done)) {}

call::~call() {
    leave();
}

void call::start(time_point deadline, duration attempt_timeout) {
    if (kind_ == call_kind::ordinary) {
        enter(owner_->activities);
    }
    request_.deadline = deadline;
    request_.attempt_timeout = attempt_timeout;
    // A room that nobody wants costs money, and its time to be destroyed is short.
    request_.is_urgent = kind_ == call_kind::cleanup;
    if (refused_) {
        call_outcome outcome;
        outcome.error = refused_;
        outcome.message = std::move(refusal_);
        finish(std::move(outcome));
        return;
    }
    send();
}

void call::cancel() {
    // A request that has just ended doesn't hear of it any more; it must not be sent again.
    cancelled_ = true;
    if (!finished_) {
        stop_.emit(asio::cancellation_type::terminal);
    }
}

void call::send() {
    if (what_.auth == hathora::authentication::token) {
        auto token = current_token();
        if (token.has_error()) {
            call_outcome outcome;
            outcome.error = token.error();
            outcome.message = why_no_token(token.error());
            finish(std::move(outcome));
            return;
        }
        request_.token = *std::move(token);
    }
    document_->restart();
    owner_->connections->async_request(
        request_, *document_,
        asio::bind_executor(owner_->strand,
                            asio::bind_cancellation_slot(
                                stop_.slot(), [self = shared_from_this()](
                                                  error_code ec, const http::response& response) {
                                    self->received(ec, response);
                                })));
}

boost::system::result<secret> call::current_token() const {
    return owner_->token ? owner_->token->current() : error::token_unavailable;
}

// Whoever answers may know the client's token, though this request had none.
const secret& call::hidden_token() const {
    const bool is_answered = document_->status() != 0;
    return request_.token.empty() && is_answered && owner_->token ? owner_->token->to_hide()
                                                                  : request_.token;
}

std::string call::why_no_token(error_code why) const {
    if (!owner_->token) {
        return std::string(what_.id) + " needs a token and none was given";
    }
    const std::string where = owner_->token->where();
    const std::string token = "the token" + (where.empty() ? where : " in " + where);
    if (why == error_code(error::token_source_failed)) {
        const auto& words = owner_->token->failure();
        return token + " could not be read" + (words.empty() ? words : ": " + words);
    }
    return token + " could not be read, is empty, or has characters that no token has";
}

void call::received(error_code ec, const http::response& response) {
    const error_code outcome_code = document_->outcome(ec);
    const bool token_refused =
        !ec && document_->status() == 401 && what_.auth == hathora::authentication::token;
    if (token_refused && !token_was_renewed_ && !cancelled_ && owner_->token->refused()) {
        token_was_renewed_ = true;
        const auto& times = response.times;
        request_.attempt_timeout -=
            times.resolve + times.connect + times.handshake + times.first_byte + times.read;
        send();
        return;
    }
    call_outcome outcome;
    outcome.error = outcome_code;
    outcome.http_status = document_->status();
    outcome.times = response.times;
    if (outcome_code) {
        outcome.message = hathora::failure_message(response, *document_, hidden_token());
        outcome.not_before = http::retry_not_before(response);
    } else if (owner_->rooms) {
        owner_->rooms->announced(response);
    }
    finish(std::move(outcome));
}

void call::finish(call_outcome outcome) {
    const auto self = shared_from_this();
    finished_ = true;
    leave();
    std::exchange(done_, nullptr)(std::move(outcome));
    owner_->finish_closing();
}

} // namespace roomport
