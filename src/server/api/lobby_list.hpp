#pragma once

#include <roomport/model/lobby_visibility.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roomport::server {

/// What a lobby has beyond its room.
class lobby_record {
public:
    lobby_record() = default;

    std::string room_id;
    std::string short_code;
    lobby_visibility visibility = lobby_visibility::private_;
    roomport::region region{};
    text_or_number created_by;
    timestamp created_at;
};

/// The lobbies of living rooms.
class lobby_list {
public:
    lobby_list() = default;

    /// @param added of a room that has no lobby yet.
    /// @throws std::bad_alloc with nothing added.
    void add(lobby_record added);

    /// Forgets the lobby of a room, if it has one.
    void remove(const std::string& room_id);

    /// The lobby of a room; null when it has none. Valid until the next change.
    const lobby_record* find_room(const std::string& room_id) const;

    /// The newest lobby with a short code; null for none. Valid until the next change.
    const lobby_record* find_code(const std::string& short_code) const;

    /// The public lobbies, the newest first. @param where only those there. Valid until the next change.
    std::vector<const lobby_record*> public_lobbies(std::optional<region> where) const;

private:
    void forget(std::uint64_t sequence);

    std::map<std::uint64_t, lobby_record> lobbies_;
    std::unordered_map<std::string, std::uint64_t> by_room_;
    std::set<std::pair<std::string, std::uint64_t>> by_code_;
    std::set<std::uint64_t> public_;
    std::uint64_t next_sequence_ = 0;
};

} // namespace roomport::server
