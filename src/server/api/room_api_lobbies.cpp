// The operations of players: logins and lobbies.
#include "server/api/request_checks.hpp"
#include "server/api/room_api_call.hpp"
#include "server/rooms/random_text.hpp"

#include <roomport/model/player_token_object.hpp>

#include <vector>

namespace roomport::server {
namespace {

constexpr std::size_t player_id_bytes = 10;
constexpr std::size_t made_code_length = 6;

// Anybody may ask for the public lobbies, and whoever can create some decides how long their configs are.
constexpr std::size_t longest_list = std::size_t{8} << 20U;

/// About as long as a lobby is in JSON.
std::size_t written_size(const lobby_v3& lobby) {
    constexpr std::size_t without_config = 512;
    std::size_t size = without_config;
    if (lobby.room_config) {
        for (const char each : *lobby.room_config) {
            const bool is_control = static_cast<unsigned char>(each) < 0x20;
            size += is_control ? 6 : (each == '"' || each == '\\' ? 2 : 1);
        }
    }
    return size;
}

player_token_object login(const player_tokens& tokens, const char* type, std::string name) {
    player_token_object result;
    result.token =
        tokens.issue(player(type, random_hex(player_id_bytes), std::move(name)), now().wall);
    return result;
}

std::string make_code(const lobby_list& known) {
    while (true) {
        auto code = random_code(made_code_length);
        if (known.find_code(code) == nullptr) {
            return code;
        }
    }
}

} // namespace

void room_api::login_anonymous(call& current) {
    current.succeed(login(players_, "anonymous", random_player_name()));
}

void room_api::login_nickname(call& current) {
    auto wanted = check_nickname(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    current.succeed(login(players_, "nickname", std::move(wanted->nickname)));
}

void room_api::create_lobby(call& current) {
    if (refuse_without_descriptors(current)) {
        return;
    }
    auto wanted = check_create_lobby(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    const auto config_bytes = wanted->body.room_config ? wanted->body.room_config->size() : 0;
    if (const auto refused = lobbies_.refuse(current.who.value().id, config_bytes)) {
        current.fail(429, *refused);
        return;
    }
    const auto created_at = now();
    const auto created = registry_.create_room(created_at, wanted->body.region, wanted->room_id,
                                               std::move(wanted->body.room_config));
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return;
    }
    lobby_record lobby;
    lobby.room_id = *created;
    lobby.short_code = wanted->short_code ? *std::move(wanted->short_code) : make_code(lobbies_);
    lobby.visibility = wanted->body.visibility.known().value();
    lobby.region = wanted->body.region.known().value();
    lobby.created_by = current.who.value().id;
    lobby.created_at = created_at.wall;
    lobby.config_bytes = config_bytes;
    try {
        lobbies_.add(std::move(lobby));
    } catch (...) {
        registry_.destroy_room(created_at, *created);
        throw;
    }
    answer_created(current, *created,
                   [this, room_id = *created, status = current.operation.success_status] {
                       return httpd::response(
                           status, json::to_string(views_.lobby(*lobbies_.find_room(room_id))));
                   });
}

void room_api::get_lobby_by_room_id(call& current) {
    const auto* lobby = lobbies_.find_room(current.room_id());
    if (lobby == nullptr) {
        current.no_such_lobby();
        return;
    }
    current.succeed(views_.lobby(*lobby));
}

void room_api::get_lobby_by_short_code(call& current) {
    const auto* lobby = lobbies_.find_code(current.path.get("shortCode"));
    if (lobby == nullptr) {
        current.no_such_lobby();
        return;
    }
    current.succeed(views_.lobby(*lobby));
}

void room_api::list_public_lobbies(call& current) {
    const auto where = check_region_filter(current.received);
    if (where.has_error()) {
        current.responder->send(where.error());
        return;
    }
    if (auto kept = lobbies_.kept_text(*where)) {
        current.succeed_with(std::move(kept));
        return;
    }
    std::vector<lobby_v3> lobbies;
    std::size_t size = 0;
    for (const auto* lobby : lobbies_.public_lobbies(*where)) {
        auto view = views_.lobby(*lobby);
        size += written_size(view);
        if (size > longest_list) {
            break;
        }
        lobbies.push_back(std::move(view));
    }
    auto text = std::make_shared<const std::string>(json::to_string(lobbies));
    lobbies_.keep_text(*where, text);
    current.succeed_with(std::move(text));
}

} // namespace roomport::server
