#pragma once

#include <roomport/clock.hpp>

#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

namespace roomport::sim {

/// What is to happen in a simulated world.
struct event {
    enum class kind : std::uint8_t {
        /// A wait begins.
        join,
        /// A wait is cancelled.
        leave,
        cancel_all,
        /// A poll reaches the server.
        request,
        /// The server no longer holds its answer.
        release,
        /// The answer of a poll reaches the engine.
        answer,
        /// The time of a poll is up.
        give_up,
    };

    time_point at;
    std::uint64_t serial = 0;
    kind what = kind::join;
    /// Of a wait or a poll.
    std::uint32_t index = 0;
    /// Of a poll: an event of an earlier use of its number is out of date.
    std::uint32_t generation = 0;
};

/// Events by time; those of one time in the order in which they were added.
class event_queue {
public:
    event_queue() = default;

    void add(time_point at, event::kind what, std::size_t index, std::uint32_t generation = 0) {
        event added;
        added.at = at;
        added.serial = serial_++;
        added.what = what;
        added.index = static_cast<std::uint32_t>(index);
        added.generation = generation;
        events_.push(added);
    }

    bool empty() const noexcept { return events_.empty(); }
    time_point next() const noexcept { return events_.top().at; }

    event take() {
        const event first = events_.top();
        events_.pop();
        return first;
    }

private:
    struct later {
        bool operator()(const event& left, const event& right) const noexcept {
            return std::tie(left.at, left.serial) > std::tie(right.at, right.serial);
        }
    };

    std::uint64_t serial_ = 0;
    std::priority_queue<event, std::vector<event>, later> events_;
};

} // namespace roomport::sim
