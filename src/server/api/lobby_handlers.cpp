// The operations of players: logins and lobbies.
#include "server/api/api_call.hpp"
#include "server/api/api_handlers.hpp"
#include "server/api/request_checks.hpp"
#include "server/rooms/random_text.hpp"

#include <roomport/hathora/operations.hpp>
#include <roomport/model/player_token_object.hpp>

#include <array>
#include <span>
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

void login_anonymous(api_call& current) {
    current.succeed(login(current.api.players, "anonymous", random_player_name()));
}

void login_nickname(api_call& current) {
    auto wanted = check_nickname(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    current.succeed(login(current.api.players, "nickname", std::move(wanted->nickname)));
}

void create_lobby(api_call& current) {
    if (current.refuse_without_descriptors()) {
        return;
    }
    auto wanted = check_create_lobby(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    const auto config_bytes = wanted->body.room_config ? wanted->body.room_config->size() : 0;
    if (const auto refused = current.api.lobbies.refuse(current.who.value().id, config_bytes)) {
        current.fail(429, *refused);
        return;
    }
    const auto created_at = now();
    const auto created = current.api.registry.create_room(
        created_at, wanted->body.region, wanted->room_id, std::move(wanted->body.room_config));
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return;
    }
    lobby_record lobby;
    lobby.room_id = *created;
    lobby.short_code =
        wanted->short_code ? *std::move(wanted->short_code) : make_code(current.api.lobbies);
    lobby.visibility = wanted->body.visibility.known().value();
    lobby.region = wanted->body.region.known().value();
    lobby.created_by = current.who.value().id;
    lobby.created_at = created_at.wall;
    lobby.config_bytes = config_bytes;
    try {
        current.api.lobbies.add(std::move(lobby));
    } catch (...) {
        current.api.registry.destroy_room(created_at, *created);
        throw;
    }
    current.answer_created(*created, [&api = current.api, room_id = *created,
                                      status = current.operation.success_status] {
        return httpd::response(status,
                               json::to_string(api.views.lobby(*api.lobbies.find_room(room_id))));
    });
}

void get_lobby_by_room_id(api_call& current) {
    const auto* lobby = current.api.lobbies.find_room(current.room_id());
    if (lobby == nullptr) {
        current.no_such_lobby();
        return;
    }
    current.succeed(current.api.views.lobby(*lobby));
}

void get_lobby_by_short_code(api_call& current) {
    const auto* lobby = current.api.lobbies.find_code(current.path.get("shortCode"));
    if (lobby == nullptr) {
        current.no_such_lobby();
        return;
    }
    current.succeed(current.api.views.lobby(*lobby));
}

void list_public_lobbies(api_call& current) {
    const auto where = check_region_filter(current.received);
    if (where.has_error()) {
        current.responder->send(where.error());
        return;
    }
    if (auto kept = current.api.lobbies.kept_text(*where)) {
        current.succeed_with(std::move(kept));
        return;
    }
    std::vector<lobby_v3> lobbies;
    std::size_t size = 0;
    for (const auto* lobby : current.api.lobbies.public_lobbies(*where)) {
        auto view = current.api.views.lobby(*lobby);
        size += written_size(view);
        if (size > longest_list) {
            break;
        }
        lobbies.push_back(std::move(view));
    }
    auto text = std::make_shared<const std::string>(json::to_string(lobbies));
    current.api.lobbies.keep_text(*where, text);
    current.succeed_with(std::move(text));
}

} // namespace

std::span<const api_handler> lobby_handlers() {
    static constexpr std::array all{
        api_handler{hathora::login_anonymous.id, login_anonymous},
        api_handler{hathora::login_nickname.id, login_nickname},
        api_handler{hathora::create_lobby.id, create_lobby, body_with_config},
        api_handler{hathora::get_lobby_info_by_room_id.id, get_lobby_by_room_id},
        api_handler{hathora::get_lobby_info_by_short_code.id, get_lobby_by_short_code},
        api_handler{hathora::list_active_public_lobbies.id, list_public_lobbies},
    };
    return all;
}

} // namespace roomport::server
