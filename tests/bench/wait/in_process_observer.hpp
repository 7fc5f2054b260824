#pragma once

#include <roomport/wait/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <vector>

/// Finds every key starting, at the next turn of the event loop and at next to no cost.
class in_process_observer final : public roomport::observer {
public:
    explicit in_process_observer(boost::asio::any_io_executor executor);

    void async_observe(std::string_view key, roomport::duration hold, roomport::time_point deadline,
                       handler_type handler) override;

    std::size_t polls() const noexcept { return polls_; }

    /// Calls `what` once there were so many polls.
    void call_at(std::size_t polls, std::function<void()> what);

private:
    void answer();

    boost::asio::any_io_executor executor_;
    std::vector<handler_type> under_way_;
    std::vector<handler_type> being_answered_;
    bool is_posted_ = false;
    std::size_t polls_ = 0;
    std::size_t call_at_ = 0;
    std::function<void()> call_;
};
