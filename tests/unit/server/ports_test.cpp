#include "server/rooms/ports.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>

namespace {

using namespace roomport::server;
using namespace std::chrono_literals;
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

TEST(PortAllocator, RepeatsPortsThatNobodyBinds) {
    port_allocator ports(port_range(27000, 27003), 30s, std::make_shared<unbound_ports>());
    const auto take = [&](roomport::time_point now) {
        return ports.allocate(transport_type::udp, now).value();
    };
    const roomport::time_point begin{};
    std::multiset<std::uint16_t> given;
    for (int process = 0; process < 10; ++process) {
        given.insert(take(begin));
        if (process == 3) {
            // As long as there are some, each has one of its own.
            EXPECT_EQ(given, (std::multiset<std::uint16_t>{27000, 27001, 27002, 27003}));
        }
    }
    EXPECT_EQ(given.size(), 10U);
    EXPECT_EQ(*given.begin(), 27000);
    EXPECT_EQ(*given.rbegin(), 27003);
    // Given back by all, it is again free for one alone, after its rest.
    for (auto held = given.count(27002); held != 0; --held) {
        ports.release(27002, begin);
    }
    EXPECT_EQ(take(begin + 31s), 27002);
}

} // namespace
