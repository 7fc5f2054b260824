#pragma once

#include <roomport/model/model_traits.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// A new configuration for a room. The body of POST /rooms/v2/{appId}/update/{roomId}.
struct update_room_config_params {
    update_room_config_params() = default;

    /// Opaque text for the game server, at most 10000 characters.
    std::string room_config;

    friend bool operator==(const update_room_config_params&,
                           const update_room_config_params&) = default;
};

BOOST_DESCRIBE_STRUCT(update_room_config_params, (), (room_config))

/// Facts about @ref update_room_config_params.
template <>
struct model_traits<update_room_config_params> : default_model_traits {
    static constexpr std::string_view name = "UpdateRoomConfigParams";
};

} // namespace roomport
