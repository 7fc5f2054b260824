#include "server/launcher/machine_ports.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

namespace {

using namespace roomport::server;
using namespace std::chrono_literals;
using roomport::time_point;
using roomport::transport_type;

// Claims are the machine's, so tests that run at the same time must not share a range.
port_range ten_free_ports() {
    for (int first = 20000 + ::getpid() % 400 * 10, tried = 0; tried < 100; ++tried, first += 10) {
        const port_range range(static_cast<std::uint16_t>(first),
                               static_cast<std::uint16_t>(first + 9));
        machine_ports ports;
        bool all = true;
        for (int port = first; port < first + 10; ++port) {
            all = ports.take(transport_type::udp, static_cast<std::uint16_t>(port)) && all;
        }
        if (all) {
            return range;
        }
    }
    throw std::runtime_error("no ten free ports in a row");
}

port_allocator make_allocator(port_range range) {
    return {range, 30s, std::make_shared<machine_ports>()};
}

TEST(MachinePorts, APortThatIsBoundIsNotTaken) {
    for (const auto transport : {transport_type::udp, transport_type::tcp}) {
        const bool is_udp = transport == transport_type::udp;
        const roomport::program::descriptor other(
            ::socket(AF_INET, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ASSERT_EQ(::bind(other.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        ASSERT_EQ(::getsockname(other.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        machine_ports ports;
        EXPECT_FALSE(ports.take(transport, ntohs(address.sin_port)));
        EXPECT_FALSE(ports.is_free(transport, ntohs(address.sin_port)));
    }
}

TEST(MachinePorts, TwoServicesNeverGetTheSamePortBeforeAnyoneHasBoundIt) {
    const auto ten = ten_free_ports();
    auto one = make_allocator(ten);
    auto other = make_allocator(ten);
    std::set<std::uint16_t> given;
    for (int n = 0; n < 5; ++n) {
        for (auto* allocator : {&one, &other}) {
            const auto port = allocator->allocate(transport_type::udp, time_point());
            ASSERT_TRUE(port);
            EXPECT_TRUE(given.insert(*port).second) << *port;
        }
    }
    EXPECT_FALSE(one.allocate(transport_type::udp, time_point()));
}

TEST(MachinePorts, AreOthersAgainOnceTheyAreGivenBackOrTheirOwnerIsGone) {
    const auto ten = ten_free_ports();
    auto one = std::make_optional(make_allocator(ten));
    auto other = make_allocator(ten);
    std::uint16_t last = 0;
    for (int n = 0; n < 10; ++n) {
        last = *one->allocate(transport_type::udp, time_point());
    }
    EXPECT_FALSE(other.allocate(transport_type::udp, time_point()));
    one->release(last, time_point());
    EXPECT_EQ(other.allocate(transport_type::udp, time_point()), last);
    one.reset();
    EXPECT_TRUE(other.allocate(transport_type::udp, time_point()));
}

} // namespace
