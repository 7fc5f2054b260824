#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/transport_type.hpp>

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace roomport {

/// A port of a game server, as players reach it.
struct exposed_port {
    exposed_port() = default;

    /// The name of the port in the deployment; "default" for the main one.
    std::string name;

    /// A host name or an IP address.
    std::string host;

    /// The port number exactly as the server wrote it.
    /// The API gives no range, so it may lie outside 1..65535: check it before you connect.
    std::int32_t port = 0;

    /// How packets reach the port.
    open_enum<roomport::transport_type> transport_type;

    friend bool operator==(const exposed_port&, const exposed_port&) = default;
};

BOOST_DESCRIBE_STRUCT(exposed_port, (), (name, host, port, transport_type))

/// Facts about @ref exposed_port.
template <>
struct model_traits<exposed_port> : default_model_traits {
    static constexpr std::string_view name = "ExposedPort";
};

} // namespace roomport
