#pragma once

#include <roomport/model/transport_type.hpp>

#include <cstdint>
#include <set>

namespace roomport::server {

/// The inodes of those sockets bound to a port in this process's own network that take IPv6 alone (IPV6_V6ONLY), TCP ones as
/// far as they listen. The tables in /proc don't tell it, so the system is asked by NETLINK_SOCK_DIAG.
/// @return none where it does not answer: then a socket bound to "any" is taken for one of both families, as is usual.
std::set<std::uint64_t> ipv6_only_sockets(transport_type transport, std::uint16_t port);

} // namespace roomport::server
