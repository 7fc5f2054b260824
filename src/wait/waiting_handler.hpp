#pragma once

#include <roomport/wait/wait_result.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <new>
#include <utility>

namespace roomport::wait_detail {

/// The caller's handler while its wait is under way: what @ref detail::completion keeps for one operation, in the little
/// room that a million of them may take. The engine keeps the executor of the I/O busy for all of them together.
class waiting_handler {
public:
    using handler_type = boost::asio::any_completion_handler<void(error_code, wait_result)>;

    /// @pre called in the initiating function, where the handler's cancellation slot may be touched.
    waiting_handler(handler_type handler, const boost::asio::any_io_executor& io_executor)
        : handler_(std::move(handler)) {
        auto own = boost::asio::get_associated_executor(handler_, io_executor);
        // So the library tells that there was no memory for it.
        if (!own) {
            throw std::bad_alloc();
        }
        if (own != executor_type(io_executor)) {
            work_ = std::make_unique<work_guard>(std::move(own));
        }
    }

    /// As in @ref detail::completion.
    /// @pre called in the initiating function.
    template <class Executor, class Cancel>
    void on_cancel(Executor executor, Cancel cancel) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) {
            slot.assign([executor = std::move(executor),
                         cancel = std::move(cancel)](boost::asio::cancellation_type type) mutable {
                if (type != boost::asio::cancellation_type::none) {
                    boost::asio::post(executor, cancel);
                }
            });
        }
    }

    /// Whether the handler is to be called elsewhere than on the executor of the I/O.
    bool has_own_executor() const noexcept { return work_ != nullptr; }

    /// Runs a function on the handler's own executor. @pre it has one.
    template <class Function>
    void dispatch(Function function) const {
        boost::asio::dispatch(work_->get_executor(), std::move(function));
    }

    /// Calls the handler. To be called once, on its executor; the object is empty afterwards.
    void call(error_code ec, wait_result result) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) {
            slot.clear();
        }
        auto handler = std::move(handler_);
        const auto work = std::move(work_);
        std::move(handler)(ec, std::move(result));
    }

    /// Destroys the handler uncalled, if it is still there.
    void drop() noexcept {
        const auto last = std::move(handler_);
        work_.reset();
    }

private:
    using executor_type =
        boost::asio::associated_executor_t<handler_type, boost::asio::any_io_executor>;
    using work_guard = boost::asio::executor_work_guard<executor_type>;

    handler_type handler_;
    std::unique_ptr<work_guard> work_;
};

} // namespace roomport::wait_detail
