#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/room_ready_status.hpp>
#include <roomport/model/transport_type.hpp>

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// How to connect to a room, or that it is not ready yet, as version 1 of the API tells it: only the main port, and its
/// parts only while the room is active.
///
/// Returned by GET /rooms/v1/{appId}/connectioninfo/{roomId}.
struct connection_info {
    connection_info() = default;

    /// The room, 1 to 100 letters, digits, `_` or `-`.
    std::string room_id;

    /// Whether players can connect.
    open_enum<roomport::room_ready_status> status;

    /// A host name or an IP address; nothing while the room is starting.
    std::optional<std::string> host;

    /// A port number, unchecked; nothing while the room is starting.
    std::optional<double> port;

    /// How packets reach the port; nothing while the room is starting.
    std::optional<open_enum<roomport::transport_type>> transport_type;

    friend bool operator==(const connection_info&, const connection_info&) = default;
};

BOOST_DESCRIBE_STRUCT(connection_info, (), (room_id, status, host, port, transport_type))

/// Facts about @ref connection_info.
template <>
struct model_traits<connection_info> : default_model_traits {
    static constexpr std::string_view name = "ConnectionInfo";
};

} // namespace roomport
