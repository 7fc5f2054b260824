#include "server/ports.hpp"

#include "server/descriptor.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>

namespace {

using namespace roomport::server;
using roomport::transport_type;

TEST(PortRange, IsReadFromText) {
    EXPECT_EQ(parse_port_range("27000-28999")->last, 28999);
    EXPECT_EQ(parse_port_range("80")->first, 80);
    EXPECT_EQ(parse_port_range("80")->last, 80);
    for (const char* text :
         {"", "-", "5-", "-5", "0-5", "5-3", "1-65536", "a-b", "1-2-3", " 1-2"}) {
        EXPECT_TRUE(parse_port_range(text).has_error()) << text;
    }
}

TEST(PortDeclarations, PutTheDefaultPortFirst) {
    const auto ports = parse_port_declarations("debug:tcp,default:udp,web:tls");
    ASSERT_TRUE(ports.has_value());
    ASSERT_EQ(ports->size(), 3U);
    EXPECT_EQ(ports->front().name, "default");
    EXPECT_EQ(ports->front().transport, transport_type::udp);
    for (const char* text :
         {"", "default", "default:", "default:x", "a:tcp", "default:udp,",
          "default:udp,default:tcp", "default:udp,b:tcp,c:tcp,d:tcp", "default:udp,b c:tcp"}) {
        EXPECT_TRUE(parse_port_declarations(text).has_error()) << text;
    }
}

TEST(CanBind, SeesWhoHasAPort) {
    for (const auto transport : {transport_type::udp, transport_type::tcp}) {
        const bool is_udp = transport == transport_type::udp;
        const descriptor other(::socket(AF_INET, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ASSERT_EQ(::bind(other.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        ASSERT_EQ(::getsockname(other.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        EXPECT_FALSE(can_bind(transport, ntohs(address.sin_port)));
    }
}

} // namespace
