#pragma once

#include <roomport/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace roomport::sim {

/// How a server that is out of order fails.
enum class outage_kind {
    /// 503, at once.
    unavailable,
    /// No connection.
    refuses,
    /// No answer at all.
    silent,
};

/// Everything about a simulated world. Shares are between 0 and 1.
class world_options {
public:
    world_options() = default;

    /// The seed of all chance: the same options give the same run.
    std::uint64_t seed = 1;

    // Rooms and those who wait for them.

    /// How long rooms take to start (@ref start_law).
    std::string law = "wide";
    /// Another law for rooms that are created from `law_change` on; empty: none.
    std::string later_law;
    duration law_change{};
    std::size_t rooms = 1000;
    /// Rooms a second; zero: all at once.
    double arrivals = 0;
    /// Whether the engine is told when a room was created.
    bool is_age_known = true;
    /// Rooms are this old at most when somebody begins to wait for them.
    duration head_start{};
    std::size_t waiters = 1;
    /// The waiters of a room come within this time.
    duration join_spread{};
    duration deadline = std::chrono::seconds(120);
    /// Deadlines are shorter by up to this share.
    double deadline_spread = 0;
    double cancelled_share = 0;
    /// When everything is cancelled; zero: never.
    duration cancel_all_at{};
    double never_ready_share = 0;
    /// Rooms that end at some time within the deadline.
    double gone_share = 0;
    duration not_found_grace{};
    unsigned max_failures = 0;
    duration request_timeout = std::chrono::seconds(10);

    // The engine.

    /// "learned", "informed" (of the law), "exponential", or a fixed interval in seconds.
    std::string policy = "learned";
    std::size_t places = 6;
    std::size_t held_places = 4;
    /// The configured rate; zero: unknown.
    double rate = 0;
    duration tick = std::chrono::milliseconds(5);

    // The line.

    duration latency = std::chrono::milliseconds(20);
    duration jitter{};
    /// Polls that are never answered.
    double lost_share = 0;
    /// Polls whose connection breaks.
    double broken_share = 0;
    /// Timers are late by up to this.
    duration timer_lateness{};

    // The server.

    /// Requests a second that it enforces; zero: any number.
    double limit = 0;
    double limit_depth = 20;
    /// What its 429 says; zero: nothing.
    duration limit_retry_after{};
    /// Retry-After dates are wrong by up to this, in either direction: wall clocks jump.
    duration clock_jump{};
    double error_share = 0;
    /// Answers that can't be used.
    double garbage_share = 0;
    outage_kind outage = outage_kind::unavailable;
    duration outage_from{};
    duration outage_length{};
    duration outage_retry_after{};
    /// The longest hold that it announces; zero: none.
    duration hold_limit{};
    bool honours_holds = true;
    /// The most rooms a request can ask for; below 2: one.
    std::size_t batch = 0;
    bool holds_batches = false;
    /// Rooms about which a batch says nothing.
    double left_out_share = 0;
    bool tells_start_times = false;

    // What is polled.

    /// The first rooms are left out of the means, while the law is learned.
    std::size_t warm_up = 0;
    /// Whether nothing goes wrong and there is place for all, so that no room that is ready in time may be missed.
    bool is_calm = false;
};

/// A world in which everything is drawn from the seed, many things go wrong, and rooms are few.
world_options draw_storm(std::uint64_t seed);

/// A world in which everything is drawn from the seed and nothing goes wrong.
world_options draw_calm(std::uint64_t seed);

} // namespace roomport::sim
