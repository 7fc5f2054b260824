#include "server/launcher/port_probe.hpp"

#include "program/descriptor.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace roomport::server;
using roomport::transport_type;

TEST(SocketTable, ListsListenersAndDatagramSockets) {
    constexpr std::string_view table =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        "
        "0 111 1 x\n"
        "   1: 0100007F:1F91 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        "
        "0 222 1 x\n"
        "broken\n"
        "   2: 00000000000000000000000000000000:6978 00000000000000000000000000000000:0000 07 "
        "00000000:00000000 00:00000000 00000000     0        0 333 2 x\n";
    const auto tcp = parse_socket_table(table, false);
    ASSERT_EQ(tcp.size(), 1U);
    EXPECT_EQ(tcp[0].port, 8080);
    EXPECT_EQ(tcp[0].inode, 111U);
    const auto udp = parse_socket_table(table, true);
    ASSERT_EQ(udp.size(), 3U);
    EXPECT_EQ(udp[2].port, 27000);
    EXPECT_EQ(udp[2].inode, 333U);
}

class own_socket {
public:
    own_socket(int family, int type, bool is_ipv6_only = false)
        : socket_(::socket(family, type | SOCK_CLOEXEC, 0)) {
        const int on = is_ipv6_only ? 1 : 0;
        if (family == AF_INET6) {
            ::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        }
        sockaddr_storage address{};
        address.ss_family = static_cast<sa_family_t>(family);
        socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(&address)->sin_port
                                       : reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
    }
    void listen() const { ::listen(socket_.get(), 1); }
    std::uint16_t port = 0;

private:
    roomport::program::descriptor socket_;
};

port_owner owner_at(const char* address, transport_type transport, std::uint16_t port) {
    port_probe probe;
    return probe
        .find_owner(
            ::getpid(), [] { return std::vector<pid_t>(); }, transport, port,
            advertised_addresses({boost::asio::ip::make_address(address)}))
        .owner;
}

port_owner owner(pid_t group, transport_type transport, std::uint16_t port) {
    port_probe probe;
    return probe
        .find_owner(
            group, [] { return std::vector<pid_t>(); }, transport, port,
            advertised_addresses(
                {boost::asio::ip::make_address("127.0.0.1"), boost::asio::ip::make_address("::1")}))
        .owner;
}

TEST(PortProbe, SeesATcpPortOnlyOnceItListens) {
    for (const int family : {AF_INET, AF_INET6}) {
        const own_socket socket(family, SOCK_STREAM);
        EXPECT_EQ(owner(::getpid(), transport_type::tcp, socket.port), port_owner::nobody);
        socket.listen();
        EXPECT_EQ(owner(::getpid(), transport_type::tcp, socket.port), port_owner::family);
        EXPECT_EQ(owner(::getpid(), transport_type::tls, socket.port), port_owner::family);
        EXPECT_EQ(owner(::getpid(), transport_type::udp, socket.port), port_owner::nobody);
    }
}

TEST(PortProbe, SeesAUdpPortOnceItIsBound) {
    for (const int family : {AF_INET, AF_INET6}) {
        const own_socket socket(family, SOCK_DGRAM);
        EXPECT_EQ(owner(::getpid(), transport_type::udp, socket.port), port_owner::family);
        EXPECT_EQ(owner(::getpid(), transport_type::tcp, socket.port), port_owner::nobody);
    }
}

TEST(PortProbe, ASocketForIpv6OnlyCoversNoIpv4) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
        const auto transport = type == SOCK_STREAM ? transport_type::tcp : transport_type::udp;
        for (const bool is_ipv6_only : {false, true}) {
            const own_socket socket(AF_INET6, type, is_ipv6_only);
            if (type == SOCK_STREAM) {
                socket.listen();
            }
            EXPECT_EQ(owner_at("::1", transport, socket.port), port_owner::family);
            EXPECT_EQ(owner_at("127.0.0.1", transport, socket.port),
                      is_ipv6_only ? port_owner::elsewhere : port_owner::family);
        }
    }
}

TEST(PortProbe, TellsStrangersFromTheGroup) {
    const own_socket socket(AF_INET, SOCK_DGRAM);
    const pid_t child = ::fork();
    if (child == 0) {
        // The socket is this test's, not the child's.
        ::setpgid(0, 0);
        for (int number = 3; number < 1024; ++number) {
            ::close(number);
        }
        ::pause();
        ::_exit(0);
    }
    ::setpgid(child, child);
    for (int tries = 0;
         tries < 1000 && owner(child, transport_type::udp, socket.port) != port_owner::stranger;
         ++tries) {
        ::usleep(1000);
    }
    EXPECT_EQ(owner(child, transport_type::udp, socket.port), port_owner::stranger);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST(Coverage, FollowsTheSystem) {
    const auto covers = [](const char* bound, const char* wanted, bool is_ipv6_only = false) {
        bound_socket socket(boost::asio::ip::make_address(bound), 1, 1);
        socket.is_ipv6_only = is_ipv6_only;
        return coverage(socket, boost::asio::ip::make_address(wanted));
    };
    EXPECT_EQ(covers("0.0.0.0", "::1"), 0);
    EXPECT_EQ(covers("::1", "127.0.0.1"), 0);
    EXPECT_EQ(covers("127.0.0.2", "127.0.0.1"), 0);
    EXPECT_GT(covers("::ffff:127.0.0.1", "127.0.0.1"), covers("0.0.0.0", "127.0.0.1"));
    EXPECT_GT(covers("0.0.0.0", "127.0.0.1"), covers("::", "127.0.0.1"));
    EXPECT_GT(covers("::", "127.0.0.1"), 0);
    EXPECT_GT(covers("::1", "::1"), covers("::", "::1"));
    EXPECT_EQ(covers("::", "127.0.0.1", true), 0);
    EXPECT_GT(covers("::", "::1", true), 0);
}

TEST(AdvertisedAddresses, TakeAnyForLoopbackAsTheSystemDoes) {
    const auto own = [](const char* host) {
        std::vector<std::string> texts;
        const auto found = advertised_addresses::of_host(host);
        for (const auto& address : found.own()) {
            texts.push_back(address.to_string());
        }
        return texts;
    };
    EXPECT_EQ(own("0.0.0.0"), std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(own("::"), std::vector<std::string>{"::1"});
    EXPECT_EQ(own("127.0.0.1"), std::vector<std::string>{"127.0.0.1"});
    EXPECT_TRUE(own("192.0.2.1").empty());
}

TEST(PortProbe, AddressesOfAnotherMachineNeedMoreThanALoopbackOne) {
    const own_socket any(AF_INET, SOCK_DGRAM);
    port_probe probe;
    const auto nobody = [] {
        return std::vector<pid_t>();
    };
    EXPECT_EQ(probe.find_owner(::getpid(), nobody, transport_type::udp, any.port, {}).owner,
              port_owner::family);
    EXPECT_EQ(probe
                  .find_owner(::getpid(), nobody, transport_type::udp, any.port,
                              advertised_addresses({boost::asio::ip::make_address("::1")}))
                  .owner,
              port_owner::elsewhere);
}

} // namespace
