#pragma once

#include "common/handler_memory.hpp"
#include "wait/waiter.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>

namespace roomport::wait_detail {

/// Waits that are over on their way to the callers: to the executor of the I/O, and from there to the handler's own.
///
/// One operation at a time, whose memory lies in here, takes the first wait, sends the next operation off and calls the
/// handler. Executors other than that of an `io_context` take memory of their own for that; where there is none, the waits
/// stay and are tried again a little later. Outlives its engine. Thread-safe.
class end_delivery : public std::enable_shared_from_this<end_delivery> {
public:
    explicit end_delivery(boost::asio::any_io_executor io_executor);
    end_delivery(const end_delivery&) = delete;
    end_delivery& operator=(const end_delivery&) = delete;
    ~end_delivery();

    /// Takes a wait over and calls its handler in time.
    void add(waiter::owner over) noexcept;

    /// Destroys the handlers uncalled.
    void drop() noexcept;

private:
    void send_off() noexcept;
    bool post_next() noexcept;
    bool arm_retry() noexcept;
    void try_again_later() noexcept;
    void deliver_next();
    void deliver(waiter::owner over);
    void refused(waiter::owner over) noexcept;
    void try_refused_again();

    const boost::asio::any_io_executor io_executor_;
    detail::handler_memory memory_;
    boost::asio::steady_timer retry_;
    std::mutex mutex_;
    waiter_list waits_;
    /// Those that the handler's own executor had no memory for.
    waiter_list refused_;
    /// Whether an operation is on its way that will take one of the waits.
    bool is_sent_off_ = false;
    bool is_retry_armed_ = false;
};

} // namespace roomport::wait_detail
