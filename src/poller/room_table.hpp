#pragma once

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace roomport::poller {

/// How the wait for a room ended: the answer that callers get from then on.
class room_result {
public:
    room_result() = default;
    room_result(int status, std::string document)
        : http_status(status), body(std::move(document)) {}

    /// 200, 410, 502 or 504.
    int http_status = 0;
    /// One JSON object.
    std::string body;
};

/// What the daemon knows of a room now.
class room_view {
public:
    room_view() = default;

    /// When the wait began.
    time_point since{};
    /// The last status the server gave; empty when there was none yet.
    std::string_view last_status;
    /// Observations so far.
    unsigned polls = 0;
    /// The result; null while the room is waited for.
    const room_result* result = nullptr;
};

/// The rooms of the daemon: waited for, done, forgotten, and the answers that are held for them.
///
/// Each wait has a number, its ticket, so that news of a wait that was given up never reach a later wait for the same
/// room. No I/O and no clock: time is passed in and never runs backwards. What throws `std::bad_alloc` has changed nothing.
class room_table {
public:
    using ticket = std::uint64_t;
    using hold = std::uint64_t;
    using holds = std::set<hold>;

    /// @param most_rooms   waited for and done together.
    /// @param keep_results how long a result can be asked for.
    explicit room_table(std::size_t most_rooms, duration keep_results = std::chrono::minutes(10));

    /// What came of a registration.
    class registration {
    public:
        registration() = default;
        enum class kind {
            /// A wait is to be begun, under the ticket.
            begun,
            /// The room is being waited for already.
            joined,
            /// There are as many rooms as may be.
            full,
        };
        kind what = kind::full;
        ticket number = 0;
    };

    /// Registers a room. One that is done is waited for anew, and its result forgotten.
    registration add(std::string_view room, time_point now);

    /// Notes what a wait has seen. Does nothing when the wait was given up.
    void note(std::string_view room, ticket number, std::string_view status, unsigned polls);

    /// The wait has ended.
    /// @return the held answers that are to be given now; nothing, and nothing is changed, when the wait was given up.
    std::optional<holds> finish(std::string_view room, ticket number, room_result result,
                                time_point now);

    /// The wait has ended and its result can't be kept: forgets the room. Needs no memory. Does nothing when the wait was
    /// given up.
    /// @return the held answers that are to be given now.
    holds abandon(std::string_view room, ticket number);

    /// What came of a removal.
    class removal {
    public:
        removal() = default;
        bool known = false;
        /// The wait to give up, if there was one.
        std::optional<ticket> abandoned;
        /// The held answers that are to be given now.
        holds released;
    };

    /// Forgets a room. Needs no memory.
    removal remove(std::string_view room);

    /// What is known of a room; nothing when it was not registered or is forgotten. Valid until the next change.
    std::optional<room_view> find(std::string_view room) const;

    /// Holds an answer until the room is done, or until a time. @pre the room is being waited for.
    hold hold_answer(std::string_view room, time_point until);

    /// The caller of a held answer has left.
    void drop(hold number);

    /// Lets time pass: forgets old results. Needs no memory.
    /// @return the held answers whose time has come.
    holds advance(time_point now);

    /// Releases every held answer. Needs no memory.
    holds release_all();

    /// When `advance` has something to do; `time_point::max()` when never.
    time_point next_due() const;

    /// When the oldest result will be forgotten; `time_point::max()` when there is none.
    time_point next_expiry() const;

    bool is_full() const noexcept { return rooms_.size() >= most_rooms_; }
    std::size_t most_rooms() const noexcept { return most_rooms_; }
    std::size_t waiting() const noexcept { return rooms_.size() - expiries_.size(); }
    std::size_t done() const noexcept { return expiries_.size(); }
    std::size_t held() const noexcept { return holds_.size(); }

private:
    class room {
    public:
        room() = default;
        ticket number = 0;
        time_point since{};
        std::string last_status;
        unsigned polls = 0;
        holds held;
        std::optional<room_result> result;
        time_point expiry{};
    };

    class held_answer {
    public:
        held_answer() = default;
        room* owner = nullptr;
        time_point until{};
    };

    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    room* find_wait(std::string_view name, ticket number);
    holds release(room& of);
    holds release_until(time_point now);
    void forget_result(room& of);

    std::size_t most_rooms_;
    duration keep_results_;
    ticket last_ticket_ = 0;
    hold last_hold_ = 0;
    // Neither adding nor removing others moves a room.
    std::unordered_map<std::string, room, text_hash, std::equal_to<>> rooms_;
    std::map<std::pair<time_point, ticket>, std::string> expiries_;
    std::unordered_map<hold, held_answer> holds_;
    std::set<std::pair<time_point, hold>> hold_ends_;
};

} // namespace roomport::poller
