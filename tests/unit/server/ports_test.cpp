#include "server/rooms/ports.hpp"

#include <gtest/gtest.h>

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
          "default:udp,default:tcp", "default:udp,b:tcp,c:tcp,d:tcp", "default:udp,b c:tcp",
          "default:udp,DEFAULT:tcp", "default:udp,a-b:udp,A_b:tcp"}) {
        EXPECT_TRUE(parse_port_declarations(text).has_error()) << text;
    }
}

} // namespace
