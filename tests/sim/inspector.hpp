#pragma once

#include "sim/world_options.hpp"

#include <roomport/clock.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace roomport::sim {

/// Watches a world for what must never be.
class inspector {
public:
    inspector(const world_options& options, time_point begin);

    /// Notes something that must not be.
    void blame(time_point now, const std::string& what);

    void add_waiter(std::uint32_t room);
    void remove_waiter(std::uint32_t room);

    /// @param number not in use by another poll; small.
    void poll_begins(std::uint32_t number, const std::vector<std::uint32_t>& keys, bool held,
                     time_point deadline, time_point now);
    void poll_ends(std::uint32_t number);
    void floor_is_told(time_point floor);

    /// To be called after each event.
    void compare(const wait_engine_metrics& engine, time_point now);

    /// To be called once nothing is left to happen.
    void compare_at_end(const wait_engine_metrics& engine, time_point now);

    /// What was wrong; the first few of it.
    const std::vector<std::string>& problems() const noexcept { return problems_; }

private:
    struct room_watch {
        std::uint32_t waiters = 0;
        std::uint32_t ordinary = 0;
        std::uint32_t held = 0;
        /// How often the last waiter left: polls that go on are then nobody's.
        std::uint32_t epoch = 0;
    };

    struct poll_watch {
        /// Rooms, and their epochs.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> keys;
        bool held = false;
    };

    void check_rate(time_point now);

    const world_options& options_;
    time_point begin_;
    std::vector<room_watch> rooms_;
    std::vector<poll_watch> polls_under_way_;
    std::vector<std::string> problems_;
    std::size_t waiters_ = 0;
    std::size_t keys_ = 0;
    std::size_t under_way_ = 0;
    std::size_t held_ = 0;
    std::uint64_t polls_ = 0;
    time_point floor_ = time_point::min();
    /// Seconds since the beginning by which all polls so far are paid at the configured rate.
    double paid_by_ = 0;
};

} // namespace roomport::sim
