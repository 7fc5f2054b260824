#pragma once

#include "wait/wait_action.hpp"
#include "wait/waiter.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::wait_detail {

/// Actions in the order in which they were asked for, until the owner of the state machine takes them out.
///
/// What ends something takes no memory: room to cancel a poll is made before it begins, and waits that are over form
/// a list of their own. The memory is used again once all are taken out.
class action_queue {
public:
    action_queue() = default;
    action_queue(const action_queue&) = delete;
    action_queue& operator=(const action_queue&) = delete;

    /// Makes room for a poll. Strong guarantee when there is no memory.
    /// @param polls     numbers in use, this poll's included: each may yet begin once, and be cancelled once.
    /// @param keys      of this poll.
    /// @param key_bytes of all its keys together.
    void reserve(std::size_t polls, std::size_t keys, std::size_t key_bytes);

    /// A poll is to begin, with the keys that @ref add_key is told next. @pre there is room.
    void start(poll_id poll, bool is_batch, duration hold, time_point deadline) noexcept;

    /// A key of the poll that was started last; its bytes are copied, for the key may be forgotten before the poll begins.
    /// @pre there is room.
    void add_key(std::string_view key) noexcept;

    /// A poll is to be cancelled. @pre it was started, and is cancelled once.
    void cancel(poll_id poll) noexcept;

    /// A wait is over.
    void complete(waiter& over) noexcept;

    /// A caller is to be told; without memory it isn't. Null: nothing is to be told.
    void report(std::unique_ptr<progress_report> report) noexcept;

    /// Something was thrown; without memory for more, the last one of several is kept.
    void caught(std::exception_ptr thrown) noexcept;

    /// The next action, taken out; nothing once all are.
    std::optional<wait_action> next() noexcept;

private:
    struct queued {
        wait_action what;
        std::size_t keys = 0;
    };

    bool has_room_for_another() noexcept;
    void read_keys(std::size_t count) noexcept;
    void forget_all() noexcept;

    /// Those before `next_` were taken out. Waits that are over stand between them as `waiter::place` says.
    std::vector<queued> queued_;
    std::size_t next_ = 0;
    waiter_list over_;
    /// Numbers in use: for each there is room to start and to cancel it.
    std::size_t polls_ = 0;
    std::exception_ptr left_over_;

    /// The keys of all starts that are queued, and how many of them were taken out.
    std::string key_bytes_;
    std::vector<std::uint16_t> key_sizes_;
    std::size_t next_key_ = 0;
    std::size_t next_byte_ = 0;
    /// Those of the start that was taken out last.
    std::vector<std::string_view> keys_;
};

} // namespace roomport::wait_detail
