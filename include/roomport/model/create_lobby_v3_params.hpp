#pragma once

#include <roomport/model/lobby_visibility.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// What a new lobby and its room are to be. The body of POST /lobby/v3/{appId}/create.
struct create_lobby_v3_params {
    create_lobby_v3_params() = default;

    /// Who is to find the lobby.
    open_enum<lobby_visibility> visibility;

    /// Where the room is to run.
    open_enum<roomport::region> region;

    /// Opaque text for the game server, at most 10000 characters.
    std::optional<std::string> room_config;

    friend bool operator==(const create_lobby_v3_params&, const create_lobby_v3_params&) = default;
};

BOOST_DESCRIBE_STRUCT(create_lobby_v3_params, (), (visibility, region, room_config))

/// Facts about @ref create_lobby_v3_params.
template <>
struct model_traits<create_lobby_v3_params> : default_model_traits {
    static constexpr std::string_view name = "CreateLobbyV3Params";
};

} // namespace roomport
