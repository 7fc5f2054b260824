#include "server/launcher/machine_ports.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>

namespace roomport::server {
namespace {

bool can_bind_address(int type, const sockaddr* address, socklen_t size, bool only_v6) {
    const program::descriptor socket(::socket(address->sa_family, type | SOCK_CLOEXEC, 0));
    if (!socket) {
        // A machine without IPv6 has nobody on that port there. Without a descriptor the port is no less free: whoever
        // launches the game server will say what is really missing.
        return errno == EAFNOSUPPORT || errno == EMFILE || errno == ENFILE;
    }
    if (only_v6) {
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    return ::bind(socket.get(), address, size) == 0 || errno == EADDRNOTAVAIL;
}

bool can_bind(transport_type transport, std::uint16_t port) {
    const int type = transport == transport_type::udp ? SOCK_DGRAM : SOCK_STREAM;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return can_bind_address(type, reinterpret_cast<const sockaddr*>(&v4), sizeof v4, false) &&
           can_bind_address(type, reinterpret_cast<const sockaddr*>(&v6), sizeof v6, true);
}

// A name in the kernel's abstract space: it needs no file, is the same for all users, belongs to one network like the
// port itself, and is gone as soon as its owner is.
bool claim(program::descriptor& socket, std::uint16_t port) {
    const std::string name = "roomport-port-" + std::to_string(port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    socket = program::descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Without a descriptor the port is no less free, as when it is bound.
    return !socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
}

} // namespace

bool machine_ports::take(transport_type transport, std::uint16_t port) {
    program::descriptor socket;
    if (!claim(socket, port) || !can_bind(transport, port)) {
        return false;
    }
    claims_[port] = std::move(socket);
    return true;
}

void machine_ports::give_back(std::uint16_t port) {
    claims_.erase(port);
}

bool machine_ports::is_free(transport_type transport, std::uint16_t port) const {
    return can_bind(transport, port);
}

} // namespace roomport::server
