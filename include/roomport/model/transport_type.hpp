#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// How packets reach a port.
enum class transport_type {
    /// TCP.
    tcp,
    /// UDP.
    udp,
    /// TLS over TCP, ended in front of the game server.
    tls,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(transport_type) noexcept {
    return std::to_array<std::string_view>({"tcp", "udp", "tls"});
}

} // namespace roomport
