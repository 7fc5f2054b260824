#pragma once

#include <roomport/model/lobby_visibility.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
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
    /// How long its room's config was at first.
    std::size_t config_bytes = 0;
};

/// How many lobbies there may be. Whoever can log in may create some.
class lobby_bounds {
public:
    lobby_bounds() = default;

    std::size_t lobbies = 20'000;
    std::size_t lobbies_per_player = 1000;
    /// Bytes of the configs that a player's lobbies were created with.
    std::size_t config_bytes_per_player = std::size_t{16} << 20U;
};

/// The lobbies of living rooms.
class lobby_list {
public:
    lobby_list() = default;
    explicit lobby_list(lobby_bounds bounds) : bounds_(bounds) {}

    /// Why a player may not create another lobby with a config of this size; nothing when that is allowed.
    std::optional<std::string> refuse(const text_or_number& player, std::size_t config_bytes) const;

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

    /// A text made of the public lobbies somewhere, as it was kept; null when something has changed since.
    std::shared_ptr<const std::string> kept_text(std::optional<region> where) const;

    /// Keeps a text made of the public lobbies somewhere until something changes, for a few places at once.
    void keep_text(std::optional<region> where, std::shared_ptr<const std::string> text);

    /// Something is to be told of a lobby that is not in its record.
    void changed() { texts_.clear(); }

private:
    class player_share {
    public:
        player_share() = default;
        std::size_t lobbies = 0;
        std::size_t config_bytes = 0;
    };

    void forget(std::uint64_t sequence);

    lobby_bounds bounds_;
    std::map<text_or_number, player_share> players_;
    std::map<std::optional<region>, std::shared_ptr<const std::string>> texts_;
    std::map<std::uint64_t, lobby_record> lobbies_;
    std::unordered_map<std::string, std::uint64_t> by_room_;
    std::set<std::pair<std::string, std::uint64_t>> by_code_;
    std::set<std::uint64_t> public_;
    std::uint64_t next_sequence_ = 0;
};

} // namespace roomport::server
