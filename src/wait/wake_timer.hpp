#pragma once

#include "common/handler_memory.hpp"

#include <roomport/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace roomport::wait_detail {

/// The one timer of an engine, armed again and again without taking memory for it.
class wake_timer {
public:
    explicit wake_timer(boost::asio::any_io_executor strand) : timer_(std::move(strand)) {}

    /// Arms it, or arms it anew for an earlier time.
    /// @param wake    when; nothing: it need not go off.
    /// @param wake_up called with no arguments on the strand: to call @ref went_off and @ref arm. An older one, if the
    ///                timer is armed.
    template <class WakeUp>
    void arm(std::optional<time_point> wake, WakeUp wake_up) {
        if (armed_for_) {
            // One wait at a time: a second would need memory of its own while the first has not come to its end,
            // which is when the timer is armed again.
            if (!wake || *wake < *armed_for_) {
                timer_.cancel();
                armed_for_ = time_point::min();
            }
            return;
        }
        if (!wake) {
            return;
        }
        timer_.expires_at(*wake);
        // The handler keeps the memory that it lies in: it may outlive the engine. Where there is no memory to wait,
        // whatever the engine does next arms the timer.
        timer_.async_wait(boost::asio::bind_allocator(
            detail::handler_allocator<>(*memory_), [wake_up = std::move(wake_up), memory = memory_](
                                                       boost::system::error_code) { wake_up(); }));
        armed_for_ = wake;
    }

    /// The timer is no longer armed.
    void went_off() noexcept { armed_for_.reset(); }

private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<detail::handler_memory> memory_ = std::make_shared<detail::handler_memory>();
    std::optional<time_point> armed_for_;
};

} // namespace roomport::wait_detail
