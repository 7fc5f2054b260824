#include "wait_script.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

verdict by_default(const observation& seen) {
    return judge(default_acceptors(), seen);
}

TEST(DefaultAcceptors, TakeReadyAndStartingAtTheirWord) {
    EXPECT_EQ(by_default(ready()), verdict::ready);
    EXPECT_EQ(by_default(starting()), verdict::not_yet);
}

TEST(DefaultAcceptors, WaitOnThroughPassingTrouble) {
    for (const auto ec : {error::connect_failed, error::host_not_found, error::resolve_failed,
                          error::connection_closed, error::attempt_timeout, error::connect_timeout,
                          error::acquire_timeout}) {
        EXPECT_EQ(by_default(failed(ec)), verdict::not_yet) << error_code(ec).message();
    }
    for (const int status : {408, 425, 429, 500, 502, 503, 504, 599}) {
        EXPECT_EQ(by_default(failed_status(status)), verdict::not_yet) << status;
    }
    EXPECT_EQ(by_default(failed(boost::asio::error::no_descriptors)), verdict::not_yet);
}

TEST(DefaultAcceptors, CallUnusableAnswersBroken) {
    for (const auto ec : {error::bad_http, error::headers_too_large, error::body_too_large,
                          error::value_too_large, error::not_json, error::wrong_shape,
                          error::broken_promise, error::tls_handshake_failed, error::tls_broken}) {
        EXPECT_EQ(by_default(failed(ec)), verdict::broken) << error_code(ec).message();
    }
    for (const int status : {101, 201, 204, 301, 304, 307, 399, 600, 999}) {
        EXPECT_EQ(by_default(failed_status(status)), verdict::broken) << status;
    }
    EXPECT_EQ(by_default(observation()), verdict::broken) << "a failure without an error";
}

TEST(DefaultAcceptors, GiveUpOnTheRest) {
    for (const int status : {400, 401, 402, 403, 404, 410, 418, 422, 499, 501, 505}) {
        EXPECT_EQ(by_default(failed_status(status)), verdict::never) << status;
    }
    for (const auto ec :
         {error::tls_identity_refused, error::tls_version_refused, error::invalid_argument,
          error::plaintext_refused, error::token_unavailable}) {
        EXPECT_EQ(by_default(failed(ec)), verdict::never) << error_code(ec).message();
    }
    EXPECT_EQ(by_default(failed(boost::asio::error::operation_aborted)), verdict::never);
}

TEST(Judge, TakesTheFirstRowThatMatches) {
    acceptors list;
    list.emplace_back(nullptr, verdict::never);
    list.emplace_back([](const observation& seen) { return seen.http_status == 200; },
                      verdict::broken);
    list.emplace_back([](const observation&) { return true; }, verdict::ready);
    EXPECT_EQ(judge(list, starting()), verdict::broken);
    EXPECT_EQ(judge(list, failed_status(500)), verdict::ready);
}

TEST(Judge, CallsUnmatchedFailuresBrokenAndTheRestNotYet) {
    EXPECT_EQ(judge({}, failed_status(404)), verdict::broken);
    EXPECT_EQ(judge({}, failed(error::connect_failed)), verdict::broken);
    EXPECT_EQ(judge({}, ready()), verdict::not_yet);
}

TEST(WaitError, CarriesTheEvidence) {
    wait_evidence evidence;
    evidence.polls = 3;
    evidence.last_message = "server says no";
    const wait_error thrown(error::deadline_passed, evidence);
    EXPECT_EQ(thrown.code(), errc::timeout);
    EXPECT_EQ(thrown.evidence().polls, 3U);
    EXPECT_NE(std::string(thrown.what()).find("server says no"), std::string::npos);
    wait_evidence seen;
    seen.last_status = "starting";
    seen.last_error = make_http_status_error(503);
    seen.last_message = "busy";
    seen.polls = 7;
    const wait_error late(error::deadline_passed, seen);
    const std::string why = late.what();
    EXPECT_NE(why.find("last status starting, last error http_status ("), std::string::npos) << why;
    EXPECT_NE(why.find("503: busy), 7 polls"), std::string::npos) << why;
    EXPECT_EQ(late.code(), errc::deadline_passed);
    EXPECT_NE(late.code(), errc::server_unavailable);
    EXPECT_EQ(late.reason(), errc::server_unavailable);
    EXPECT_EQ(wait_error(make_http_status_error(403), seen).reason(), errc::unauthorized);
    const std::string without = wait_error(error::deadline_passed, wait_evidence()).what();
    EXPECT_EQ(without.find("the wait ended without a port: "), 0U) << without;
}

} // namespace
} // namespace roomport::wait_detail
