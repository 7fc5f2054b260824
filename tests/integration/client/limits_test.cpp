// What a caller may get wrong.
#include "client_fixture.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;

TEST(Options, LongTimesDoNotOverflow) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    options.token = hathora::fixed_token(secret("t"));
    options.request_timeout = duration::max();
    client subject(context.get_executor(), options);
    create_options how;
    how.wait.timeout = duration::max();
    how.wait.request_timeout = duration::max();
    how.wait.max_failures = 1;
    error_code created;
    error_code called;
    subject.async_create_and_wait(hathora::create_room_request(region::tokyo), how,
                                  [&](error_code ec, const created_room&) { created = ec; });
    subject.async_call(hathora::get_latest_processes, hathora::process_filter_request(),
                       [&](error_code ec, const auto&) { called = ec; });
    context.run_for(20s);
    EXPECT_EQ(created, errc::connect) << created.message();
    EXPECT_EQ(called, errc::connect) << called.message();
}

TEST(Token, ASourceThatThrowsHasNoToken) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    options.token = hathora::token_callback(
        []() -> boost::system::result<secret> { throw std::runtime_error("vault is sealed"); });
    client subject(context.get_executor(), options);
    error_code seen;
    std::string message;
    subject.async_call(hathora::destroy_room, hathora::room_request("room"),
                       [&](error_code ec, const auto& result) {
                           seen = ec;
                           message = result.message;
                           subject.async_close([](error_code) {});
                       });
    context.run_for(20s);
    EXPECT_EQ(seen, error_code(error::token_source_failed));
    EXPECT_EQ(message, "the token could not be read: vault is sealed");
    EXPECT_TRUE(context.stopped());
}

TEST(Token, ASourceThatFailsIsAskedAgainUntilTheDeadline) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    options.token = hathora::token_callback(
        []() -> boost::system::result<secret> { return boost::asio::error::access_denied; });
    client subject(context.get_executor(), options);
    error_code seen;
    wait_evidence evidence;
    create_options how;
    how.wait.timeout = 1s;
    subject.async_create_and_wait(hathora::create_room_request(region::tokyo), how,
                                  [&](error_code ec, const created_room& room) {
                                      seen = ec;
                                      evidence = room.result.evidence;
                                      subject.async_close([](error_code) {});
                                  });
    context.run_for(20s);
    EXPECT_EQ(seen, errc::deadline_passed);
    EXPECT_EQ(evidence.reason(), errc::token_unavailable);
    EXPECT_GT(evidence.polls, 1U);
    const error_code own = boost::asio::error::access_denied;
    EXPECT_EQ(evidence.last_message, "the token could not be read: " + own.message());
    EXPECT_TRUE(context.stopped());
}

TEST(Token, WhatCanNotBeReadIsNotAskedForAgain) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    options.token = hathora::token_file("/nowhere/token");
    client subject(context.get_executor(), options);
    error_code seen;
    subject.async_create_and_wait(hathora::create_room_request(region::tokyo), create_options(),
                                  [&](error_code ec, const created_room& room) {
                                      seen = ec;
                                      EXPECT_EQ(room.result.evidence.polls, 1U);
                                      subject.async_close([](error_code) {});
                                  });
    context.run_for(20s);
    EXPECT_EQ(seen, error_code(error::token_unavailable));
    EXPECT_TRUE(context.stopped());
}

TEST(Limits, AWaitThatCanNotBeIsToldByItsOption) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    client subject(context.get_executor(), options);
    std::vector<std::string> told;
    for (const auto spoil :
         std::vector<void (*)(wait_options&)>{[](wait_options& how) { how.timeout = 0s; },
                                              [](wait_options& how) { how.request_timeout = -1s; },
                                              [](wait_options& how) {
                                                  how.not_found_grace = -1s;
                                              }}) {
        create_options how;
        spoil(how.wait);
        subject.async_create_and_wait(hathora::create_room_request(region::tokyo), how,
                                      [&](error_code ec, const created_room& room) {
                                          EXPECT_EQ(ec, errc::invalid_argument);
                                          told.push_back(room.result.evidence.last_message);
                                      });
    }
    subject.async_close([](error_code) {});
    context.run_for(20s);
    EXPECT_EQ(told, (std::vector<std::string>{"timeout must be more than zero",
                                              "request_timeout must be more than zero",
                                              "not_found_grace must not be negative"}));
}

TEST(Token, ThatCanNotBeUsedIsToldByItsPlace) {
    boost::asio::io_context context;
    client_options options;
    options.endpoint = "https://localhost:1";
    options.app_id = "app";
    options.token = hathora::token_file("/nonexistent/token");
    client subject(context.get_executor(), options);
    std::string message;
    subject.async_call(hathora::destroy_room, hathora::room_request("room"),
                       [&](error_code, const auto& result) {
                           message = result.message;
                           subject.async_close([](error_code) {});
                       });
    context.run_for(20s);
    EXPECT_EQ(message, "the token in the file '/nonexistent/token' could not be read, is empty, or "
                       "has characters that no token has");
}

} // namespace
} // namespace roomport::test
