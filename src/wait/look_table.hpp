#pragma once

#include "wait/wait_actions.hpp"

#include <roomport/clock.hpp>

#include <cstdint>
#include <exception>
#include <limits>
#include <vector>

namespace roomport::wait_detail {

class entry;

inline constexpr look_id no_look = std::numeric_limits<look_id>::max();

/// A look under way.
struct look {
    look() = default;

    bool is_held() const noexcept { return hold > duration::zero(); }

    /// The keys looked at; null for one that nobody waits for any more.
    std::vector<entry*> keys;
    /// How many of them somebody waits for.
    std::size_t present = 0;
    bool is_batch = false;
    bool under_way = false;
    bool gives_way = false;
    /// Whether the waiters' deadlines left the attempt less time than it may take.
    bool is_cut_short = false;
    time_point started;
    duration hold{};
    /// Why it could not begin: it is yet to end as a failed one. Kept so, for that takes no memory.
    std::exception_ptr failure;
};

/// The looks under way by number. A number that has become free is used again with the memory it has.
class look_table {
public:
    look_table() = default;

    look_id open() {
        if (free_.empty()) {
            free_.reserve(looks_.size() + 1);
            looks_.emplace_back();
            return static_cast<look_id>(looks_.size() - 1);
        }
        const look_id id = free_.back();
        free_.pop_back();
        return id;
    }

    void close(look_id id) noexcept {
        look& done = looks_[id];
        done.keys.clear();
        done.present = 0;
        done.under_way = false;
        free_.push_back(id);
    }

    look& operator[](look_id id) noexcept { return looks_[id]; }
    const look& operator[](look_id id) const noexcept { return looks_[id]; }

    look_id size() const noexcept { return static_cast<look_id>(looks_.size()); }

private:
    std::vector<look> looks_;
    std::vector<look_id> free_;
};

} // namespace roomport::wait_detail
