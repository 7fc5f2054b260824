#pragma once

#include <roomport/model/exposed_port.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/room_ready_status.hpp>

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport {

/// How to connect to a room, or that it is not ready yet.
///
/// Returned by GET /rooms/v2/{appId}/connectioninfo/{roomId}.
struct connection_info_v2 {
    connection_info_v2() = default;

    /// The room, 1 to 100 letters, digits, `_` or `-`.
    std::string room_id;

    /// Whether players can connect.
    open_enum<roomport::room_ready_status> status;

    /// Where players connect; nothing while the room is starting.
    std::optional<roomport::exposed_port> exposed_port;

    /// Further ports; empty when there are none.
    std::vector<roomport::exposed_port> additional_exposed_ports;

    friend bool operator==(const connection_info_v2&, const connection_info_v2&) = default;
};

BOOST_DESCRIBE_STRUCT(connection_info_v2, (),
                      (room_id, status, exposed_port, additional_exposed_ports))

/// Facts about @ref connection_info_v2.
template <>
struct model_traits<connection_info_v2> : default_model_traits {
    static constexpr std::string_view name = "ConnectionInfoV2";
};

} // namespace roomport
