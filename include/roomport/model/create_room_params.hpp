#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport {

/// What a new room is to be. The body of POST /rooms/v2/{appId}/create.
struct create_room_params {
    create_room_params() = default;

    /// Where the room is to run.
    open_enum<roomport::region> region;

    /// Opaque text for the game server, at most 10000 characters.
    std::optional<std::string> room_config;

    /// The deployment to run; nothing for the latest.
    std::optional<std::string> deployment_id;

    /// Addresses of players, to be let through the protection against floods.
    std::optional<std::vector<std::string>> client_ips;

    friend bool operator==(const create_room_params&, const create_room_params&) = default;
};

BOOST_DESCRIBE_STRUCT(create_room_params, (), (region, room_config, deployment_id, client_ips))

/// Facts about @ref create_room_params.
template <>
struct model_traits<create_room_params> : default_model_traits {
    static constexpr std::string_view name = "CreateRoomParams";
    static constexpr auto renamed = std::to_array<renamed_member>({{"client_ips", "clientIPs"}});
};

} // namespace roomport
