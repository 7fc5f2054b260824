#pragma once

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/wait/observer.hpp>
#include <roomport/wait/wait_result.hpp>

#include <cstdint>
#include <exception>
#include <span>
#include <string_view>

namespace roomport::wait_detail {

class waiter;

/// Names one poll from its beginning to its answer; reused afterwards.
using poll_id = std::uint32_t;

/// What the state machine asks the layer around it to do. No function may call back into the state machine.
class wait_actions {
public:
    wait_actions() = default;
    wait_actions(const wait_actions&) = delete;
    wait_actions& operator=(const wait_actions&) = delete;

    /// Begin this poll; its answer goes to `wait_state::observed`. What this throws is why the poll failed.
    /// @param key valid during the call.
    virtual void start_poll(poll_id id, std::string_view key, duration hold,
                            time_point deadline) = 0;

    /// Begin this poll of many keys; its answer goes to `wait_state::observed_many`. What this throws is why the poll
    /// failed.
    /// @param keys valid during the call.
    virtual void start_batch_poll(poll_id id, std::span<const std::string_view> keys, duration hold,
                                  time_point deadline) = 0;

    /// Nobody needs this poll any more. It still keeps its place until its answer arrives. Must not throw.
    virtual void cancel_poll(poll_id id) = 0;

    /// This wait is over: the state machine forgets it when this returns. Should it throw, the wait goes on.
    virtual void complete(waiter& wait, error_code ec, wait_result result) = 0;

    /// A function of the caller's (a cadence, an acceptor, on_progress) threw this, or what was
    /// seen of one key could not be taken in. Must not throw.
    virtual void caught(std::exception_ptr thrown) = 0;

protected:
    ~wait_actions() = default;
};

} // namespace roomport::wait_detail
