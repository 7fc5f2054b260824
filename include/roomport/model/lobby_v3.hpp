#pragma once

#include <roomport/model/lobby_visibility.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// A room as players find it.
///
/// Returned by the operations under /lobby/v3.
struct lobby_v3 {
    lobby_v3() = default;

    /// The application that the lobby belongs to.
    std::string app_id;

    /// The lobby's room, 1 to 100 letters, digits, `_` or `-`.
    std::string room_id;

    /// What players type to find the lobby, at most 100 characters. Several lobbies may have the same one.
    std::string short_code;

    /// Who finds the lobby.
    open_enum<lobby_visibility> visibility;

    /// Where the room runs.
    open_enum<roomport::region> region;

    /// Opaque text that was given with the room, often JSON: not interpreted. Empty text is not the
    /// same as nothing.
    std::optional<std::string> room_config;

    /// The player who created it: the `id` in the player's token.
    text_or_number created_by;

    /// When it was created.
    timestamp created_at;

    friend bool operator==(const lobby_v3&, const lobby_v3&) = default;
};

BOOST_DESCRIBE_STRUCT(lobby_v3, (),
                      (app_id, room_id, short_code, visibility, region, room_config, created_by,
                       created_at))

/// Facts about @ref lobby_v3.
template <>
struct model_traits<lobby_v3> : default_model_traits {
    static constexpr std::string_view name = "LobbyV3";
};

} // namespace roomport
