#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <tuple>
#include <utility>

namespace roomport::detail {

namespace asio = boost::asio;

/// The far end of one asynchronous operation: the caller's handler with what must be kept for it.
///
/// It keeps the executor of the I/O busy until the operation ends and the handler's executor until the handler has
/// run, so that a caller's `io_context::run()` doesn't return in the middle. The handler is never called inline: it goes through
/// a post to the I/O executor and from there to its associated executor. Its cancellation slot is cleared on that
/// executor just before the call, the only place where nobody else may be emitting on it.
template <class... Args>
class completion {
public:
    using handler_type = asio::any_completion_handler<void(Args...)>;

    /// @param io_executor where the I/O runs; the context itself and not a strand on it, which a handler could block.
    /// @pre called in the initiating function, where the handler's cancellation slot may be touched.
    completion(asio::any_io_executor io_executor, handler_type handler)
        : handler_work_(executor_of(handler, io_executor)), io_work_(std::move(io_executor)),
          handler_(std::move(handler)) {}

    completion(completion&&) = default;
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    completion& operator=(completion&&) = delete;
    ~completion() = default;

    /// Lets a cancellation that the caller asks for run `cancel` on `executor` (a strand, or a context with one thread).
    ///
    /// `cancel` must hold nothing that it would keep alive: it stays in the slot until the handler runs.
    /// @pre called in the initiating function.
    template <class Executor, class Cancel>
    void on_cancel(Executor executor, Cancel cancel) {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) {
            slot.assign([executor = std::move(executor),
                         cancel = std::move(cancel)](asio::cancellation_type type) mutable {
                if (type != asio::cancellation_type::none) {
                    asio::post(executor, cancel);
                }
            });
        }
    }

    /// Posts the handler with its arguments. To be called once; the object is empty afterwards.
    void post(Args... args) {
        const auto io_work = std::move(io_work_);
        auto io_executor = io_work.get_executor();
        auto handler_executor = handler_work_.get_executor();
        asio::post(io_executor,
                   asio::bind_executor(handler_executor,
                                       delivery{std::move(*this), {std::move(args)...}}));
    }

private:
    struct delivery {
        completion self;
        std::tuple<Args...> args;

        void operator()() {
            auto slot = asio::get_associated_cancellation_slot(self.handler_);
            if (slot.is_connected()) {
                slot.clear();
            }
            auto handler = std::move(self.handler_);
            const auto handler_work = std::move(self.handler_work_);
            std::apply(std::move(handler), std::move(args));
        }
    };

    using executor_type = asio::associated_executor_t<handler_type, asio::any_io_executor>;

    static executor_type executor_of(const handler_type& handler,
                                     const asio::any_io_executor& io_executor) {
        auto found = asio::get_associated_executor(handler, io_executor);
        // So the library tells that there was no memory for it.
        if (!found) {
            throw std::bad_alloc();
        }
        return found;
    }

    asio::executor_work_guard<executor_type> handler_work_;
    asio::executor_work_guard<asio::any_io_executor> io_work_;
    handler_type handler_;
};

} // namespace roomport::detail
