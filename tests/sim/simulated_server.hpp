#pragma once

#include "sim/world_options.hpp"

#include "common/random_source.hpp"

#include <roomport/clock.hpp>
#include <roomport/wait/observer.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace roomport::sim {

/// A room as the server knows it.
struct simulated_room {
    time_point created;
    time_point ready_at = time_point::max();
    time_point gone_at = time_point::max();

    bool is_starting(time_point now) const noexcept { return now < ready_at && now < gone_at; }

    /// When it is no longer starting.
    time_point news_at() const noexcept { return ready_at < gone_at ? ready_at : gone_at; }
};

/// How the server answers a request.
enum class answer_kind : std::uint8_t {
    told,
    refused,
    unavailable,
    garbage,
    closed,
    no_connection,
    /// Never.
    none,
};

/// The server: rooms, a limit that it enforces, and its bad days.
class simulated_server {
public:
    /// @param begin when the world began.
    simulated_server(const world_options& options, time_point begin);

    std::vector<simulated_room> rooms;

    /// How a request that arrives now is answered.
    answer_kind receive(time_point now);

    /// How long it holds an answer about these rooms: until then, or `now`.
    time_point holds_until(const std::vector<std::uint32_t>& keys, duration hold,
                           time_point now) const;

    /// What it says now about one room.
    observation tell(std::uint32_t room, time_point now);

    /// Whether a batch leaves this room out.
    bool leaves_out();

    /// An answer that tells of no room.
    observation refuse(answer_kind kind, time_point now);

    std::uint64_t refusals() const noexcept { return refusals_; }
    std::uint64_t requests() const noexcept { return requests_; }

private:
    bool is_out_of_order(time_point now) const noexcept;
    bool takes(time_point now) noexcept;
    std::optional<time_point> retry_at(duration after, time_point now);

    const world_options& options_;
    random_source random_;
    time_point begin_;
    time_point filled_at_;
    double tokens_;
    std::uint64_t requests_ = 0;
    std::uint64_t refusals_ = 0;
};

/// A poll that failed on the way.
observation failed_poll(error_code ec);

} // namespace roomport::sim
