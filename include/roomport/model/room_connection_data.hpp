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

/// A room that was just created, with how to connect to it when it is ready already.
///
/// Returned by POST /rooms/v2/{appId}/create.
struct room_connection_data {
    room_connection_data() = default;

    /// The room, 1 to 100 letters, digits, `_` or `-`.
    std::string room_id;

    /// The process that the room was given to.
    std::string process_id;

    /// Whether players can connect.
    open_enum<roomport::room_ready_status> status;

    /// Where players connect; nothing while the room is starting.
    std::optional<roomport::exposed_port> exposed_port;

    /// Further ports; empty when there are none.
    std::vector<roomport::exposed_port> additional_exposed_ports;

    friend bool operator==(const room_connection_data&, const room_connection_data&) = default;
};

BOOST_DESCRIBE_STRUCT(room_connection_data, (),
                      (room_id, process_id, status, exposed_port, additional_exposed_ports))

/// Facts about @ref room_connection_data.
template <>
struct model_traits<room_connection_data> : default_model_traits {
    static constexpr std::string_view name = "RoomConnectionData";
};

} // namespace roomport
