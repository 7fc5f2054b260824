#pragma once

#include "program/token_check.hpp"
#include "server/api/held_answers.hpp"
#include "server/api/lobby_list.hpp"
#include "server/api/model_views.hpp"
#include "server/api/player_tokens.hpp"
#include "server/rooms/room_registry.hpp"

#include <roomport/clock.hpp>
#include <roomport/secret.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace roomport::server {

/// What the API says of the service itself.
class api_settings {
public:
    api_settings() = default;
    std::string app_id;
    secret token;
    /// What the tokens of players are signed with.
    secret app_secret;
    /// Where players find every port.
    std::string advertised_host;
    /// The service's own port.
    std::uint16_t port = 0;
    /// How many lobbies players may create.
    lobby_bounds lobbies;
    /// How long the token of a player's login is good.
    duration player_token_lifetime = std::chrono::hours(24 * 30);
};

/// What the handlers of the API's operations work with.
class api_state {
public:
    /// The longest hold, as announced by `Roomport-Wait`.
    static constexpr std::chrono::seconds longest_hold{25};

    /// How long a create waits for an orchestrator to accept or refuse it.
    static constexpr std::chrono::seconds longest_create_hold{1};

    /// The most rooms of one request, as announced by `Roomport-Batch`: ids of full length fit well into the head of a
    /// request.
    static constexpr std::size_t largest_batch = 200;

    /// @param on_change called when the registry may have something to be done.
    api_state(boost::asio::io_context& where, api_settings with, room_registry& all_rooms,
              std::function<void()> on_change)
        : context(where), settings(std::move(with)), token(settings.token),
          players(settings.app_secret, settings.player_token_lifetime), registry(all_rooms),
          lobbies(settings.lobbies), views(settings.app_id, settings.advertised_host, all_rooms),
          held(where), held_creates(where), changed(std::move(on_change)) {}

    /// Whether there is such a room, and players can't connect to it yet.
    bool is_starting(const std::string& room_id) const {
        const auto* room = registry.find_room(room_id);
        return room != nullptr && views.is_starting(*room);
    }

    /// Why there is no such room, in words.
    std::string why_no_room(const std::string& room_id) const {
        const auto* reason = registry.why_gone(room_id);
        return reason == nullptr ? "there is no such room" : "the room is gone: " + *reason;
    }

    boost::asio::io_context& context;
    api_settings settings;
    program::token_check token;
    player_tokens players;
    room_registry& registry;
    lobby_list lobbies;
    model_views views;
    held_answers held;
    held_answers held_creates;
    std::function<void()> changed;
};

} // namespace roomport::server
