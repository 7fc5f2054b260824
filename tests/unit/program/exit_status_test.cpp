#include "program/exit_status.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace roomport::program {
namespace {

int status_of(error_code ec) {
    return static_cast<int>(to_exit_status(ec));
}

int status_of_http(int status) {
    return status_of(make_http_status_error(status));
}

TEST(ExitStatus, TheDeadlineOfTheCommandIsNotAnAttemptsTimeout) {
    EXPECT_EQ(status_of(error::deadline_passed), 3);
    EXPECT_EQ(status_of(error::attempt_timeout), 6);
    EXPECT_EQ(status_of(error::connect_timeout), 6);
    EXPECT_EQ(status_of(error::acquire_timeout), 6);
}

TEST(ExitStatus, HttpStatuses) {
    for (const int refused : {400, 404, 409, 410, 422, 499}) {
        EXPECT_EQ(status_of_http(refused), 4) << refused;
    }
    for (const int unauthorized : {401, 402, 403}) {
        EXPECT_EQ(status_of_http(unauthorized), 5) << unauthorized;
    }
    for (const int unavailable : {408, 425, 429, 500, 502, 503, 504, 599}) {
        EXPECT_EQ(status_of_http(unavailable), 6) << unavailable;
    }
    for (const int unusable : {101, 200, 201, 204, 299, 301, 302, 304, 307, 501, 505, 600, 999}) {
        EXPECT_EQ(status_of_http(unusable), 7) << unusable;
    }
}

TEST(ExitStatus, EveryOtherFailure) {
    EXPECT_EQ(status_of(error::invalid_argument), 2);
    EXPECT_EQ(status_of(error::plaintext_refused), 2);
    EXPECT_EQ(status_of(error::token_unavailable), 2);
    EXPECT_EQ(status_of(error::token_source_failed), 6);
    EXPECT_EQ(status_of(error::connect_failed), 6);
    EXPECT_EQ(status_of(error::host_not_found), 6);
    EXPECT_EQ(status_of(error::connection_closed), 6);
    EXPECT_EQ(status_of(error::bad_http), 7);
    EXPECT_EQ(status_of(error::headers_too_large), 7);
    EXPECT_EQ(status_of(error::body_too_large), 7);
    EXPECT_EQ(status_of(error::not_json), 7);
    EXPECT_EQ(status_of(error::wrong_shape), 7);
    EXPECT_EQ(status_of(error::value_too_large), 7);
    EXPECT_EQ(status_of(error::broken_promise), 7);
    EXPECT_EQ(status_of(error::tls_identity_refused), 8);
    EXPECT_EQ(status_of(error::tls_version_refused), 8);
    EXPECT_EQ(status_of(error::tls_handshake_failed), 8);
    EXPECT_EQ(status_of(error::tls_broken), 8);
    EXPECT_EQ(status_of(boost::asio::error::operation_aborted), 130);
    EXPECT_EQ(status_of(boost::asio::error::no_memory), 1);
}

} // namespace
} // namespace roomport::program
