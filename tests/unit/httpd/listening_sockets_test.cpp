#include "httpd/listening_sockets.hpp"

#include <gtest/gtest.h>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using roomport::httpd::listen_failure;
using roomport::httpd::open_listening_sockets;

tcp::endpoint at(const char* address, std::uint16_t port = 0) {
    return {asio::ip::make_address(address), port};
}

// An address that is kept for documentation, so no machine's.
constexpr const char* nowhere = "192.0.2.1";

TEST(ListeningSockets, HaveOnePortAtAllAddresses) {
    asio::io_context context;
    const auto opened = open_listening_sockets(context, {at("127.0.0.1"), at("::1")});
    ASSERT_EQ(opened.size(), 2U);
    EXPECT_EQ(opened[0].local_endpoint().address(), at("127.0.0.1").address());
    EXPECT_EQ(opened[1].local_endpoint().address(), at("::1").address());
    EXPECT_NE(opened[0].local_endpoint().port(), 0);
    EXPECT_EQ(opened[0].local_endpoint().port(), opened[1].local_endpoint().port());
}

TEST(ListeningSockets, LeaveOutAddressesThatTheMachineDoesNotHave) {
    asio::io_context context;
    for (const auto& where : {std::vector<tcp::endpoint>{at(nowhere), at("127.0.0.1")},
                              std::vector<tcp::endpoint>{at("127.0.0.1"), at(nowhere)}}) {
        const auto opened = open_listening_sockets(context, where);
        ASSERT_EQ(opened.size(), 1U);
        EXPECT_EQ(opened[0].local_endpoint().address(), at("127.0.0.1").address());
    }
    try {
        open_listening_sockets(context, {at(nowhere, 80)});
        FAIL() << "an address of another machine is listened on";
    } catch (const listen_failure& failure) {
        EXPECT_EQ(failure.where, at(nowhere, 80));
        EXPECT_EQ(failure.code(), boost::system::errc::address_not_available);
    }
}

TEST(ListeningSockets, SayWhichAddressIsInUse) {
    asio::io_context context;
    const auto others = open_listening_sockets(context, {at("::1")});
    const auto port = others.front().local_endpoint().port();
    try {
        open_listening_sockets(context, {at("127.0.0.1", port), at("::1", port)});
        FAIL() << "a port that another has is listened on";
    } catch (const listen_failure& failure) {
        EXPECT_EQ(failure.where, at("::1", port));
        EXPECT_EQ(failure.code(), asio::error::address_in_use);
    }
    // Nothing was left open.
    EXPECT_EQ(open_listening_sockets(context, {at("127.0.0.1", port)}).size(), 1U);
}

TEST(ListeningSockets, GiveUpWhenNoPortIsFreeAtAllAddresses) {
    asio::io_context context;
    EXPECT_THROW(open_listening_sockets(context, {at("127.0.0.1"), at("127.0.0.1")}),
                 listen_failure);
}

} // namespace
