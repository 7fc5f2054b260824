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

TEST(Error, TheDeadlineOfAWaitIsToldFromThatOfAnAttempt) {
    EXPECT_EQ(error_code(error::deadline_passed), errc::deadline_passed);
    for (const error other :
         {error::attempt_timeout, error::connect_timeout, error::acquire_timeout}) {
        EXPECT_NE(error_code(other), errc::deadline_passed);
    }
}

TEST(Error, ATokenSourceThatFailsIsTroubleThatMayPass) {
    const error_code failed = error::token_source_failed;
    EXPECT_EQ(failed, errc::token_unavailable);
    EXPECT_EQ(failed, errc::server_unavailable);
    EXPECT_NE(failed, errc::invalid_argument);
    const error_code missing = error::token_unavailable;
    EXPECT_EQ(missing, errc::token_unavailable);
    EXPECT_EQ(missing, errc::invalid_argument);
    EXPECT_NE(missing, errc::server_unavailable);
}

TEST(Error, ConflictIsASecondCreation) {
    EXPECT_EQ(make_http_status_error(409), errc::conflict);
    EXPECT_EQ(make_http_status_error(422), errc::conflict);
    EXPECT_EQ(make_http_status_error(422), errc::http_status);
    EXPECT_NE(make_http_status_error(400), errc::conflict);
    EXPECT_NE(error_code(422, error_category()), errc::conflict);
}

TEST(Error, EveryCodeHasAClassAndItsOwnMessage) {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(error::token_source_failed); ++value) {
        const error_code ec = static_cast<error>(value);
        EXPECT_TRUE(messages.insert(ec.message()).second) << value;
        EXPECT_NE(word(classify(ec)), "unknown") << value;
        EXPECT_EQ(ec.message().find("unknown roomport error"), std::string::npos) << value;
    }
}

TEST(Error, SuccessBelongsToNoClass) {
    for (int value = 1; value <= static_cast<int>(errc::conflict); ++value) {
        EXPECT_NE(error_code(), static_cast<errc>(value)) << value;
    }
}

} // namespace
} // namespace roomport
