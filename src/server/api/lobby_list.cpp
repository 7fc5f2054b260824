#include "server/api/lobby_list.hpp"

#include <iterator>
#include <limits>

namespace roomport::server {

void lobby_list::add(lobby_record added) {
    const auto sequence = next_sequence_++;
    const auto& lobby = lobbies_.emplace(sequence, std::move(added)).first->second;
    try {
        by_room_.emplace(lobby.room_id, sequence);
        by_code_.emplace(lobby.short_code, sequence);
        if (lobby.visibility == lobby_visibility::public_) {
            public_.insert(sequence);
        }
    } catch (...) {
        forget(sequence);
        throw;
    }
}

void lobby_list::remove(const std::string& room_id) {
    const auto found = by_room_.find(room_id);
    if (found == by_room_.end()) {
        return;
    }
    forget(found->second);
}

void lobby_list::forget(std::uint64_t sequence) {
    const auto lobby = lobbies_.find(sequence);
    by_room_.erase(lobby->second.room_id);
    by_code_.erase({lobby->second.short_code, sequence});
    public_.erase(sequence);
    lobbies_.erase(lobby);
}

const lobby_record* lobby_list::find_room(const std::string& room_id) const {
    const auto found = by_room_.find(room_id);
    return found == by_room_.end() ? nullptr : &lobbies_.at(found->second);
}

const lobby_record* lobby_list::find_code(const std::string& short_code) const {
    const auto after =
        by_code_.upper_bound({short_code, std::numeric_limits<std::uint64_t>::max()});
    if (after == by_code_.begin()) {
        return nullptr;
    }
    const auto newest = std::prev(after);
    return newest->first == short_code ? &lobbies_.at(newest->second) : nullptr;
}

std::vector<const lobby_record*> lobby_list::public_lobbies(std::optional<region> where) const {
    std::vector<const lobby_record*> found;
    for (auto each = public_.rbegin(); each != public_.rend(); ++each) {
        const auto& lobby = lobbies_.at(*each);
        if (!where || lobby.region == *where) {
            found.push_back(&lobby);
        }
    }
    return found;
}

} // namespace roomport::server
