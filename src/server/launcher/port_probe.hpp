#pragma once

#include <roomport/model/transport_type.hpp>

#include <boost/asio/ip/address.hpp>

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {

/// Who has a port.
enum class port_owner {
    /// Nobody.
    nobody,
    /// The game server, at an address that players reach.
    family,
    /// The game server, at an address that players do not reach.
    elsewhere,
    /// A process that does not belong to the game server, or one of these beside it that gets what players send.
    stranger,
};

/// What was seen of a port.
class port_sight {
public:
    port_sight(port_owner who, std::string what) : owner(who), detail(std::move(what)) {}
    port_owner owner;
    /// For `elsewhere` the bound addresses, for `stranger` who holds it: "pid 12 (nginx)".
    std::string detail;
};

/// A socket that waits for peers: a listening one (TCP), or a bound one (UDP).
class bound_socket {
public:
    bound_socket(boost::asio::ip::address local_address, std::uint16_t local_port,
                 std::uint64_t socket_inode)
        : address(std::move(local_address)), port(local_port), inode(socket_inode) {}
    boost::asio::ip::address address;
    std::uint16_t port;
    std::uint64_t inode;
    /// Bound to IPv6's "any", it does not take IPv4 too. The tables don't tell it.
    bool is_ipv6_only = false;
};

/// Which addresses a game server must be reachable at.
class advertised_addresses {
public:
    /// Those of another machine: any address counts that is not a loopback one.
    advertised_addresses() = default;

    /// @param own addresses of this machine: at least one of them must be bound, and a stranger have none.
    explicit advertised_addresses(std::vector<boost::asio::ip::address> own)
        : own_(std::move(own)) {}

    /// Looks a host up, and keeps what are addresses of this machine; "any" is the loopback address, as for whoever connects
    /// to it. Blocks as long as the look-up takes.
    static advertised_addresses of_host(const std::string& host);

    const std::vector<boost::asio::ip::address>& own() const noexcept { return own_; }

private:
    std::vector<boost::asio::ip::address> own_;
};

/// How exactly a socket covers an address that is connected to; 0: not at all. The system prefers the most exact one.
/// IPv6's "any" covers IPv4 too, unless the socket is for IPv6 only.
int coverage(const bound_socket& bound, const boost::asio::ip::address& wanted);

/// The sockets in a table as /proc/PID/net has it.
/// @param is_udp whether it is a table of UDP sockets. Lines that can't be read are skipped.
std::vector<bound_socket> parse_socket_table(std::string_view text, bool is_udp);

/// Looks for bound ports in /proc/PID/net; connects to nothing.
///
/// Processes that share a network share one reading: make one probe for a round of questions and drop it afterwards.
class port_probe {
public:
    /// The processes of a game server, asked for only when its first one does not hold the port.
    using family_source = std::function<std::vector<pid_t>()>;

    port_probe() = default;

    /// @param process one of the game server, whose network is looked at.
    /// @param is_bound_enough whoever holds the port is taken for the game server.
    port_sight find_owner(pid_t process, const family_source& family, transport_type transport,
                          std::uint16_t port, const advertised_addresses& advertised,
                          bool is_bound_enough = false);

    /// The inodes of the sockets that are bound to a port, in order: while they stay the same, so does the owner.
    std::vector<std::uint64_t> sockets_at(pid_t process, transport_type transport,
                                          std::uint16_t port);

private:
    class network {
    public:
        network() = default;
        std::vector<bound_socket> tcp;
        std::vector<bound_socket> udp;
        /// It is not the network of this process, so its loopback addresses are not, either.
        bool is_foreign = false;
    };

    const network& network_of(pid_t process);
    static std::vector<bound_socket> bound_at(const network& seen, transport_type transport,
                                              std::uint16_t port);

    std::map<std::string, network> networks_;
};

} // namespace roomport::server
