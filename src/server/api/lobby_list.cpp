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
        players_.try_emplace(lobby.created_by);
    } catch (...) {
        forget(sequence);
        throw;
    }
    auto& share = players_.at(lobby.created_by);
    ++share.lobbies;
    share.config_bytes += lobby.config_bytes;
    changed();
}

std::optional<std::string> lobby_list::refuse(const text_or_number& player,
                                              std::size_t config_bytes) const {
    if (lobbies_.size() >= bounds_.lobbies) {
        return "the limit of " + std::to_string(bounds_.lobbies) +
               " lobbies is reached; wait until some have ended, or raise --max-lobbies";
    }
    const auto found = players_.find(player);
    const auto share = found == players_.end() ? player_share() : found->second;
    if (share.lobbies >= bounds_.lobbies_per_player) {
        return "the limit of " + std::to_string(bounds_.lobbies_per_player) +
               " lobbies of one player is reached; wait until some have ended, or raise "
               "--max-lobbies-per-player";
    }
    if (config_bytes > bounds_.config_bytes_per_player - share.config_bytes) {
        return "the configs of one player's lobbies would be larger than " +
               std::to_string(bounds_.config_bytes_per_player) +
               " bytes; wait until some have ended, or raise --max-config-bytes-per-player";
    }
    return std::nullopt;
}

std::shared_ptr<const std::string> lobby_list::kept_text(std::optional<region> where) const {
    const auto found = texts_.find(where);
    return found == texts_.end() ? nullptr : found->second;
}

void lobby_list::keep_text(std::optional<region> where, std::shared_ptr<const std::string> text) {
    constexpr std::size_t most_texts = 4;
    if (texts_.size() >= most_texts) {
        texts_.erase(texts_.begin());
    }
    texts_[where] = std::move(text);
}

void lobby_list::remove(const std::string& room_id) {
    const auto found = by_room_.find(room_id);
    if (found == by_room_.end()) {
        return;
    }
    const auto& lobby = lobbies_.at(found->second);
    const auto share = players_.find(lobby.created_by);
    share->second.config_bytes -= lobby.config_bytes;
    if (--share->second.lobbies == 0) {
        players_.erase(share);
    }
    forget(found->second);
    changed();
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
