#include "hathora/observe.hpp"

#include "sample_rooms.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace roomport::hathora {
namespace {

using namespace std::chrono_literals;

TEST(Observe, AnActiveRoomWithAUsablePortIsReady) {
    const auto seen = observe_document("room", active_room());
    EXPECT_EQ(seen.state, observed_state::ready);
    EXPECT_EQ(seen.status, "active");
    EXPECT_EQ(seen.exposed_port, good_port());
    EXPECT_FALSE(seen.error);
}

TEST(Observe, StartingIsNotReadyEvenWithAPort) {
    auto info = active_room();
    info.status = room_ready_status::starting;
    EXPECT_EQ(observe_document("room", info).state, observed_state::starting);
}

TEST(Observe, AnUnknownStatusCountsAsStartingAndKeepsItsText) {
    for (const std::string text : {"Active", "ACTIVE", "paused", ""}) {
        auto info = active_room();
        info.status = open_enum<room_ready_status>(text);
        const auto seen = observe_document("room", info);
        EXPECT_EQ(seen.state, observed_state::starting) << text;
        EXPECT_EQ(seen.status, text);
    }
}

TEST(Observe, AnotherRoomsAnswerIsABreachOfContract) {
    const auto seen = observe_document("other", active_room());
    EXPECT_EQ(seen.state, observed_state::failed);
    EXPECT_EQ(seen.error, errc::contract);
    EXPECT_NE(seen.message.find("room"), std::string::npos);
}

TEST(Observe, ActiveWithoutAPortIsABreachOfContract) {
    auto info = active_room();
    info.exposed_port.reset();
    EXPECT_EQ(observe_document("room", info).error, errc::contract);
}

TEST(Observe, PortsOutsideTheRangeAreNeverYielded) {
    for (const int port : {0, -1, 65536, 72941, 2147483647}) {
        auto info = active_room();
        info.exposed_port->port = port;
        const auto seen = observe_document("room", info);
        EXPECT_EQ(seen.error, errc::contract) << port;
        EXPECT_EQ(seen.status, "active");
    }
    for (const int port : {1, 65535}) {
        auto info = active_room();
        info.exposed_port->port = port;
        EXPECT_EQ(observe_document("room", info).state, observed_state::ready) << port;
    }
}

TEST(Observe, HostsMustBeWellFormed) {
    auto port = good_port();
    for (const std::string good :
         {"localhost", "127.0.0.1", "::1", "2001:db8::7", "a.b-c.d_e.", "1.proxy.hathora.dev"}) {
        port.host = good;
        EXPECT_TRUE(is_usable(port)) << good;
    }
    for (const std::string bad : {"", " ", "a b", "a..b", ".a", "-a", "a-", "a/b", "a:1", "[::1]",
                                  "a\r\nb", "fe80::1%lo", "user@host"}) {
        port.host = bad;
        EXPECT_FALSE(is_usable(port)) << bad;
    }
    port.host = std::string(64, 'x');
    EXPECT_FALSE(is_usable(port)) << "a label has at most 63 characters";
    port.host.clear();
    for (int i = 0; i < 64; ++i) {
        port.host += "abc.";
    }
    EXPECT_FALSE(is_usable(port)) << "a name has at most 253 characters";
}

TEST(Observe, TransportsAreOpenButWellFormed) {
    auto port = good_port();
    for (const std::string good : {"udp", "tcp", "tls", "quic", "web-socket_2"}) {
        port.transport_type = open_enum<transport_type>(good);
        EXPECT_TRUE(is_usable(port)) << good;
    }
    for (const std::string bad : {"", "u dp", "udp\n"}) {
        port.transport_type = open_enum<transport_type>(bad);
        EXPECT_FALSE(is_usable(port)) << bad;
    }
    port.transport_type = open_enum<transport_type>(std::string(33, 'x'));
    EXPECT_FALSE(is_usable(port));
}

TEST(Observe, OnlyNoSuchRoomIsGone) {
    const http::response none;
    EXPECT_EQ(observe_failure(make_http_status_error(404), none, "").state, observed_state::gone);
    EXPECT_EQ(observe_failure(make_http_status_error(410), none, "").state, observed_state::gone);
    EXPECT_EQ(observe_failure(make_http_status_error(400), none, "").state, observed_state::failed);
    EXPECT_EQ(observe_failure(error::connect_failed, none, "").state, observed_state::failed);
}

TEST(Observe, RetryAfterCountsOnlyFromAServerInTrouble) {
    http::response answer;
    answer.arrived_at = clock::now();
    answer.arrived_at_wall_time = std::chrono::system_clock::now();
    answer.fields.emplace_back("Retry-After", "7");
    const auto limited = observe_failure(make_http_status_error(429), answer, "");
    ASSERT_TRUE(limited.not_before);
    EXPECT_EQ(*limited.not_before, answer.arrived_at + 7s);
    EXPECT_FALSE(observe_failure(make_http_status_error(404), answer, "").not_before);
    EXPECT_FALSE(observe_failure(error::connection_closed, answer, "").not_before);
}

TEST(Observe, AnAnnouncedHoldIsReadStrictlyAndBounded) {
    const auto announced = [](const std::string& value) {
        http::response answer;
        answer.fields.emplace_back("roomport-wait", value);
        return announced_hold(answer);
    };
    EXPECT_EQ(announced("20"), 20s);
    EXPECT_EQ(announced("25"), 25s);
    EXPECT_EQ(announced("600"), 25s);
    EXPECT_EQ(announced("0"), 0s);
    for (const std::string bad : {"", "-1", "x", "5s", " 5", "99999999999999999999"}) {
        EXPECT_EQ(announced(bad), 0s) << bad;
    }
    EXPECT_EQ(announced_hold(http::response()), 0s);
}

} // namespace
} // namespace roomport::hathora
