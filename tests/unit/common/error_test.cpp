#include <roomport/error.hpp>

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace roomport {
namespace {

TEST(Error, CancelledEqualsOperationAborted) {
    const error_code ec = boost::asio::error::operation_aborted;
    EXPECT_EQ(ec, errc::cancelled);
    EXPECT_NE(ec, errc::connect);
}

TEST(Error, StatusesFallIntoTheirClasses) {
    EXPECT_EQ(make_http_status_error(404), errc::http_status);
    EXPECT_EQ(make_http_status_error(404), errc::room_gone);
    EXPECT_EQ(make_http_status_error(410), errc::room_gone);
    EXPECT_EQ(make_http_status_error(403), errc::unauthorized);
    EXPECT_EQ(make_http_status_error(503), errc::server_unavailable);
    EXPECT_EQ(make_http_status_error(429), errc::server_unavailable);
    EXPECT_NE(make_http_status_error(501), errc::server_unavailable);
    EXPECT_EQ(make_http_status_error(501), errc::bad_response);
    EXPECT_EQ(make_http_status_error(302), errc::redirect);
    EXPECT_NE(make_http_status_error(302), errc::http_status);
    EXPECT_EQ(make_http_status_error(304), errc::http_status);
    EXPECT_EQ(make_http_status_error(200), errc::http_status);
}

TEST(Error, DeadlineOfAWaitIsATimeoutButNoServerTrouble) {
    const error_code ec = error::deadline_passed;
    EXPECT_EQ(ec, errc::timeout);
    EXPECT_NE(ec, errc::server_unavailable);
    EXPECT_EQ(error_code(error::attempt_timeout), errc::server_unavailable);
}

TEST(Error, EveryCodeHasAClassAndItsOwnMessage) {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(error::token_unavailable); ++value) {
        const error_code ec = static_cast<error>(value);
        EXPECT_TRUE(messages.insert(ec.message()).second) << value;
        EXPECT_NE(word(classify(ec)), "unknown") << value;
        EXPECT_EQ(ec.message().find("unknown roomport error"), std::string::npos) << value;
    }
}

TEST(Error, SuccessBelongsToNoClass) {
    for (int value = 1; value <= static_cast<int>(errc::bad_response); ++value) {
        EXPECT_NE(error_code(), static_cast<errc>(value)) << value;
    }
}

} // namespace
} // namespace roomport
