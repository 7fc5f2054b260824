#include "server/launcher/ipv6_only.hpp"

#include "program/descriptor.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace roomport::server {
namespace {

/// A request for all sockets of a port.
class dump_request {
public:
    dump_request(transport_type transport, std::uint16_t port) {
        header.nlmsg_len = sizeof *this;
        header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
        header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        wanted.sdiag_family = AF_INET6;
        const bool is_udp = transport == transport_type::udp;
        wanted.sdiag_protocol = is_udp ? IPPROTO_UDP : IPPROTO_TCP;
        constexpr std::uint32_t listening = 1U << 10U;
        wanted.idiag_states = is_udp ? ~0U : listening;
        wanted.id.idiag_sport = htons(port);
    }

    nlmsghdr header{};
    inet_diag_req_v2 wanted{};
};
static_assert(sizeof(dump_request) == sizeof(nlmsghdr) + sizeof(inet_diag_req_v2));

bool is_ipv6_only(const std::byte* attribute, std::size_t size) {
    rtattr head{};
    while (size >= sizeof head) {
        std::memcpy(&head, attribute, sizeof head);
        const std::size_t length = RTA_ALIGN(head.rta_len);
        if (head.rta_len < sizeof head || head.rta_len > size) {
            return false;
        }
        if (head.rta_type == INET_DIAG_SKV6ONLY && head.rta_len > sizeof head) {
            return attribute[sizeof head] != std::byte{0};
        }
        if (length >= size) {
            return false;
        }
        attribute += length;
        size -= length;
    }
    return false;
}

/// Reads the messages of one datagram. @return whether more will come.
bool read_messages(const std::byte* at, std::size_t size, std::set<std::uint64_t>& found) {
    nlmsghdr header{};
    while (size >= sizeof header) {
        std::memcpy(&header, at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > size ||
            header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
            return false;
        }
        inet_diag_msg socket{};
        const std::size_t fixed = sizeof header + sizeof socket;
        if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && header.nlmsg_len >= fixed) {
            std::memcpy(&socket, at + sizeof header, sizeof socket);
            if (is_ipv6_only(at + fixed, header.nlmsg_len - fixed)) {
                found.insert(socket.idiag_inode);
            }
        }
        const std::size_t length = NLMSG_ALIGN(header.nlmsg_len);
        if (length >= size) {
            return true;
        }
        at += length;
        size -= length;
    }
    return true;
}

} // namespace

std::set<std::uint64_t> ipv6_only_sockets(transport_type transport, std::uint16_t port) {
    std::set<std::uint64_t> found;
    const program::descriptor socket(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    const dump_request request(transport, port);
    // The system answers at once, or not at all.
    const timeval patience{1, 0};
    if (!socket ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        ::send(socket.get(), &request, sizeof request, 0) < 0) {
        return found;
    }
    std::array<std::byte, 32768> piece{};
    while (true) {
        const auto size = ::recv(socket.get(), piece.data(), piece.size(), 0);
        if (size <= 0 || !read_messages(piece.data(), static_cast<std::size_t>(size), found)) {
            return found;
        }
    }
}

} // namespace roomport::server
