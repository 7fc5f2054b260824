#include <roomport/client/client.hpp>

#include "client/client_impl.hpp"

#include <roomport/hathora/room_id.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tuple>
#include <utility>

namespace roomport {

client::client(asio::any_io_executor executor, client_options options)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(options))) {
    detail::watch_shutdown(impl_->strand, impl_);
}

client::~client() {
    impl_->closed = true;
    asio::post(impl_->strand, [self = impl_] { self->cancel_all(); });
}

void client::cancel() {
    asio::post(impl_->strand, [self = impl_] { self->cancel_all(); });
}

http::pool_metrics client::pool_metrics() const {
    return impl_->connections->metrics();
}

wait_engine_metrics client::wait_metrics() const {
    return impl_->waits ? impl_->waits->metrics() : wait_engine_metrics();
}

void client::start_wait(std::shared_ptr<impl> self, std::string room_id, wait_options options,
                        asio::any_completion_handler<void(error_code, wait_result)> handler) {
    const bool valid = hathora::is_valid_id(room_id);
    if (!valid || self->closed) {
        wait_result result;
        error_code ec = asio::error::operation_aborted;
        if (!valid) {
            ec = error::invalid_argument;
            result.evidence.last_message =
                "a room id is " + std::string(hathora::id_rule) + "; nothing was sent";
        }
        detail::completion<error_code, wait_result>(self->io_executor, std::move(handler))
            .post(ec, std::move(result));
        return;
    }
    self->waits->async_wait(std::move(room_id), std::move(options), std::move(handler));
}

asio::awaitable<roomport::exposed_port> client::wait_active(std::string room_id,
                                                            wait_options options) {
    return wait_on(impl_, std::move(room_id), std::move(options));
}

asio::awaitable<roomport::exposed_port> client::wait_on(std::shared_ptr<impl> self,
                                                        std::string room_id, wait_options options) {
    // A coroutine cancelled before this point would never see it: the slot speaks only to a wait under way.
    const bool throws_if_cancelled = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
        throw wait_error(asio::error::operation_aborted, wait_evidence());
    }
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto outcome = co_await asio::async_initiate<decltype(token), void(error_code, wait_result)>(
        [](auto handler, std::shared_ptr<impl> target, std::string wanted, wait_options how) {
            start_wait(std::move(target), std::move(wanted), std::move(how), std::move(handler));
        },
        token, std::move(self), std::move(room_id), std::move(options));
    co_await asio::this_coro::throw_if_cancelled(throws_if_cancelled);
    const error_code ec = std::get<0>(outcome);
    wait_result result = std::get<1>(std::move(outcome));
    if (ec) {
        throw wait_error(ec, std::move(result.evidence));
    }
    co_return std::move(result.exposed_port);
}

void client::start_wait_metrics(std::shared_ptr<impl> self,
                                asio::any_completion_handler<void(wait_engine_metrics)> handler) {
    auto end = std::make_shared<detail::completion<wait_engine_metrics>>(self->io_executor,
                                                                         std::move(handler));
    asio::dispatch(self->strand, [self, end = std::move(end)] {
        end->post(self->waits ? self->waits->metrics() : wait_engine_metrics());
    });
}

void client::start_close(std::shared_ptr<impl> self,
                         asio::any_completion_handler<void(error_code)> handler) {
    self->closed = true;
    auto end =
        std::make_shared<detail::completion<error_code>>(self->io_executor, std::move(handler));
    end->on_cancel(self->strand, [self = std::weak_ptr<impl>(self),
                                  end = std::weak_ptr<detail::completion<error_code>>(end)] {
        const auto target = self.lock();
        const auto which = end.lock();
        if (target && which) {
            target->stop_closing(which);
        }
    });
    asio::dispatch(self->strand, [self, end = std::move(end)] {
        self->is_closing = true;
        self->closers.push_back(end);
        self->cancel_all();
        self->finish_closing();
    });
}

} // namespace roomport
