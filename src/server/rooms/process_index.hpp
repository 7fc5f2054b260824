#pragma once

#include <roomport/clock.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roomport::server {

/// Finds processes by what is asked often: who takes another room, and whose time is over. No answer takes longer for
/// having many processes.
class process_index {
public:
    /// Whether a process takes another room.
    enum class slot { none, in_starting, in_running };

    process_index() = default;

    /// What holds for a process from now on. @param region does not change while the process lives.
    void update(std::uint64_t process, const std::string& region, slot free, time_point deadline);

    /// The oldest running process of a region that takes another room, or else the oldest starting one.
    std::optional<std::uint64_t> find_slot(const std::string& region) const;

    /// The earliest deadline; `time_point::max()` for none.
    time_point next_deadline() const;

    /// The processes whose deadline has come, the oldest first.
    std::vector<std::uint64_t> due(time_point now) const;

private:
    class facts {
    public:
        facts() = default;
        slot free = slot::none;
        time_point deadline = time_point::max();
    };
    using slot_list = std::set<std::pair<std::string, std::uint64_t>>;

    slot_list* list_of(slot which);
    static std::optional<std::uint64_t> first_of(const slot_list& list, const std::string& region);

    std::unordered_map<std::uint64_t, facts> known_;
    slot_list starting_;
    slot_list running_;
    std::set<std::pair<time_point, std::uint64_t>> deadlines_;
};

} // namespace roomport::server
