#pragma once

#include <roomport/model/transport_type.hpp>

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {

/// Who has a port.
enum class port_owner {
    /// Nobody.
    nobody,
    /// A member of the process group, or somebody whose sockets can't be looked at.
    group,
    /// A process outside of the group.
    stranger,
};

/// A socket that waits for peers: a listening one (TCP), or a bound one (UDP).
class bound_socket {
public:
    bound_socket(std::uint16_t local_port, std::uint64_t socket_inode)
        : port(local_port), inode(socket_inode) {}
    std::uint16_t port;
    std::uint64_t inode;
};

/// The sockets in a table as /proc/PID/net has it.
/// @param is_udp whether it is a table of UDP sockets. Lines that can't be read are skipped.
std::vector<bound_socket> parse_socket_table(std::string_view text, bool is_udp);

/// Looks for bound ports in /proc/PID/net; connects to nothing.
///
/// Processes that share a network share one reading: make one probe for a round of questions and drop it afterwards.
class port_probe {
public:
    port_probe() = default;

    /// @param group the process group, which is also the id of its first member.
    port_owner find_owner(pid_t group, transport_type transport, std::uint16_t port);

private:
    class network {
    public:
        network() = default;
        std::vector<bound_socket> tcp;
        std::vector<bound_socket> udp;
    };

    const network& network_of(pid_t process);
    const std::vector<pid_t>& members_of(pid_t group);

    std::map<std::string, network> networks_;
    std::map<pid_t, std::vector<pid_t>> groups_;
    bool groups_are_read_ = false;
};

} // namespace roomport::server
