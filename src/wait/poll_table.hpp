#pragma once

#include "wait/wait_action.hpp"

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace roomport::wait_detail {

class entry;

inline constexpr poll_id no_poll = std::numeric_limits<poll_id>::max();

/// What there was no memory to begin is tried again so much later.
inline constexpr duration pause_without_memory = std::chrono::milliseconds(50);

/// A poll under way.
struct poll_under_way {
    poll_under_way() = default;

    bool is_held() const noexcept { return hold > duration::zero(); }

    /// The keys polled; null for one that nobody waits for any more.
    std::vector<entry*> keys;
    /// How many of them somebody waits for.
    std::size_t present = 0;
    bool is_batch = false;
    bool under_way = false;
    bool gives_way = false;
    /// Whether the waiters' deadlines left the poll less time than it may take.
    bool is_cut_short = false;
    time_point started;
    duration hold{};
};

/// The polls under way by number. A number that has become free is used again with the memory it has.
class poll_table {
public:
    poll_table() = default;

    poll_id open() {
        if (free_.empty()) {
            free_.reserve(polls_.size() + 1);
            polls_.emplace_back();
            return static_cast<poll_id>(polls_.size() - 1);
        }
        const poll_id id = free_.back();
        free_.pop_back();
        return id;
    }

    void close(poll_id id) noexcept {
        poll_under_way& done = polls_[id];
        done.keys.clear();
        done.present = 0;
        done.under_way = false;
        free_.push_back(id);
    }

    poll_under_way& operator[](poll_id id) noexcept { return polls_[id]; }
    const poll_under_way& operator[](poll_id id) const noexcept { return polls_[id]; }

    poll_id size() const noexcept { return static_cast<poll_id>(polls_.size()); }

private:
    std::vector<poll_under_way> polls_;
    std::vector<poll_id> free_;
};

} // namespace roomport::wait_detail
