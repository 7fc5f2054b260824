#include "providers/http/answers.hpp"

#include <boost/asio/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomport::providers {
namespace {

using allocation::refusal_class;
using allocation::refused;
using allocation::server_state;

http_description described() {
    http_description how;
    how.create.accepted = {201};
    how.create_key = "/id";
    refusal_row full;
    full.status = 429;
    full.where.emplace_back("/code", "full");
    full.why = refusal_class::no_capacity;
    refusal_row unallocated;
    unallocated.status = 201;
    unallocated.where.emplace_back("/state", "UnAllocated");
    unallocated.why = refusal_class::no_capacity;
    how.create.refused = {full, unallocated};
    how.conflict_status = {409};
    how.observe.accepted = {200};
    how.observe.gone_status = {404};
    how.states.at = "/status";
    how.states.allocated = {"up"};
    how.states.gone = {"ended"};
    how.states.failed = {"broken"};
    how.host = "/host";
    how.ports = "/ports";
    how.find = how.observe;
    how.find_items = "/items";
    how.find_key = "/id";
    how.find_states = how.states;
    how.list = how.find;
    how.list->gone_status.clear();
    how.list_items = "/items";
    how.list_key = "/id";
    how.list_tag = "/ref";
    how.list_created = "/made";
    how.stop = how.observe;
    return how;
}

http_answer answer(int status, std::string body = {}) {
    http_answer made;
    made.status = status;
    made.body = std::move(body);
    return made;
}

http_answer failed(error_code why) {
    http_answer made;
    made.failed = why;
    return made;
}

refusal_class create_class(const http_answer& given) {
    const auto outcome = read_create(described(), given);
    return std::holds_alternative<refused>(outcome) ? std::get<refused>(outcome).why
                                                    : throw std::logic_error("accepted");
}

TEST(HttpAnswers, OfACreateHaveTheirClasses) {
    const auto yes = read_create(described(), answer(201, R"({"id":"s1"})"));
    EXPECT_EQ(std::get<allocation::accepted>(yes).key, "s1");
    EXPECT_EQ(create_class(answer(201, R"({"id":""})")), refusal_class::unknown_outcome);
    EXPECT_EQ(create_class(answer(201, "{")), refusal_class::unknown_outcome);
    EXPECT_EQ(create_class(answer(201, R"({"state":"UnAllocated","id":"s1"})")),
              refusal_class::no_capacity);
    EXPECT_EQ(create_class(answer(429, R"({"code":"full"})")), refusal_class::no_capacity);
    EXPECT_EQ(create_class(answer(429, R"({"code":"fast"})")), refusal_class::throttled);
    EXPECT_EQ(create_class(answer(429, "full")), refusal_class::throttled);
    EXPECT_EQ(create_class(answer(401)), refusal_class::auth);
    EXPECT_EQ(create_class(answer(404)), refusal_class::request);
    EXPECT_EQ(create_class(answer(409)), refusal_class::unknown_outcome)
        << "it exists: look for it";
    EXPECT_EQ(create_class(answer(408)), refusal_class::unknown_outcome);
    EXPECT_EQ(create_class(answer(302)), refusal_class::unknown_outcome);
    EXPECT_EQ(create_class(answer(500)), refusal_class::unknown_outcome);
}

TEST(HttpAnswers, ThatDidNotComeAreUnknownUnlessNothingWasSent) {
    for (const error sure : {error::host_not_found, error::connect_timeout, error::queue_full,
                             error::tls_identity_refused, error::tls_handshake_failed}) {
        EXPECT_EQ(create_class(failed(sure)), refusal_class::retry) << error_code(sure).message();
    }
    for (const error unsure : {error::attempt_timeout, error::connection_closed, error::bad_http,
                               error::body_too_large, error::tls_broken}) {
        EXPECT_EQ(create_class(failed(unsure)), refusal_class::unknown_outcome)
            << error_code(unsure).message();
    }
    EXPECT_EQ(create_class(failed(boost::asio::error::connection_refused)), refusal_class::retry);
    auto refused_certificate = failed(error::tls_broken);
    refused_certificate.has_client_certificate = true;
    EXPECT_EQ(create_class(refused_certificate), refusal_class::auth);
}

TEST(HttpAnswers, AreToldWithoutControlCharacters) {
    const auto outcome = read_create(described(), answer(400, "{\"message\":\"no\\u001b[2J\\n\"}"));
    const auto& reason = std::get<refused>(outcome).reason;
    EXPECT_THAT(reason, testing::HasSubstr("HTTP 400: no"));
    EXPECT_EQ(reason.find('\x1b'), std::string::npos);
    EXPECT_EQ(reason.find('\n'), std::string::npos);
}

TEST(HttpAnswers, OfALookYieldAServerOnlyWithHostAndPorts) {
    auto how = described();
    port_name main;
    main.ours = "default";
    main.theirs = "game";
    main.transport = "udp";
    const auto look = [&](const std::string& body) {
        return std::get<allocation::server_observation>(
            read_observe(how, {main}, answer(200, body)));
    };
    const auto up = look(R"({"status":"up","host":"203.0.113.9","ports":{"game":7001}})");
    EXPECT_EQ(up.state, server_state::allocated);
    ASSERT_EQ(up.endpoints.size(), 1U);
    EXPECT_EQ(up.endpoints[0].name, "default");
    EXPECT_EQ(up.endpoints[0].host, "203.0.113.9");
    EXPECT_EQ(up.endpoints[0].port, 7001);
    for (const char* unusable : {R"({"status":"up","host":"203.0.113.9","ports":{"game":0}})",
                                 R"({"status":"up","host":"203.0.113.9","ports":{"game":72941}})",
                                 R"({"status":"up","host":"203.0.113.9","ports":{"other":7001}})",
                                 R"({"status":"up","host":"203.0.113.9"})",
                                 R"({"status":"up","host":"","ports":{"game":7001}})",
                                 R"({"status":"up","host":"a b","ports":{"game":7001}})",
                                 R"({"status":"what","host":"203.0.113.9","ports":{"game":7001}})",
                                 R"({"host":"203.0.113.9","ports":{"game":7001}})"}) {
        EXPECT_EQ(look(unusable).state, server_state::starting) << unusable;
    }
    EXPECT_EQ(look(R"({"status":"ended"})").state, server_state::gone);
    EXPECT_EQ(look(R"({"status":"broken"})").state, server_state::failed);
    const auto gone = read_observe(how, {main}, answer(404));
    EXPECT_EQ(std::get<allocation::server_observation>(gone).state, server_state::gone);
    EXPECT_TRUE(std::holds_alternative<refused>(read_observe(how, {main}, answer(500))));

    how.shape = port_shape::array;
    EXPECT_EQ(
        look(
            R"({"status":"up","host":"h","ports":[{"name":"x","port":1},{"name":"game","port":7001}]})")
            .endpoints.at(0)
            .port,
        7001);
    EXPECT_EQ(
        look(
            R"({"status":"up","host":"h","ports":[{"name":"game-tcp","port":1},{"name":"game-udp","port":7001}]})")
            .endpoints.at(0)
            .port,
        7001);
    how.shape = port_shape::text;
    EXPECT_EQ(look(R"({"status":"up","host":"h","ports":"x:1,game:7001"})").endpoints.at(0).port,
              7001);
    how.shape = port_shape::number;
    EXPECT_EQ(look(R"({"status":"up","host":"h","ports":7001})").endpoints.at(0).port, 7001);
}

TEST(HttpAnswers, OfAFindLeaveOutWhatIsOver) {
    auto how = described();
    const auto keys = [&](const http_answer& given) {
        return std::get<allocation::found>(read_find(how, given)).keys;
    };
    EXPECT_THAT(
        keys(answer(
            200, R"({"items":[{"id":"a","status":"up"},{"id":"b","status":"ended"},{"id":7}]})")),
        testing::ElementsAre("a", "7"));
    EXPECT_THAT(keys(answer(404)), testing::IsEmpty());
    EXPECT_TRUE(std::holds_alternative<refused>(read_find(how, answer(200, R"({"items":{}})"))));
    EXPECT_TRUE(std::holds_alternative<refused>(read_find(how, answer(200, R"({"items":[{}]})"))))
        << "one that can't be named must not be taken for none";
    how.find_items.clear();
    EXPECT_THAT(keys(answer(200, R"({"id":"a","status":"up"})")), testing::ElementsAre("a"));
    EXPECT_THAT(keys(answer(200, R"({"id":"a","status":"ended"})")), testing::IsEmpty());
}

TEST(HttpAnswers, OfAListTellTagsAndAges) {
    using namespace std::chrono_literals;
    const std::chrono::system_clock::time_point now{std::chrono::milliseconds(1'000'000)};
    const auto page = std::get<list_page>(read_list(
        described(),
        answer(
            200,
            R"({"items":[{"id":"a","ref":"rp-x","made":940000},{"id":"b","made":"1970-01-01T00:16:30Z"},{"id":"c"}]})"),
        now));
    ASSERT_EQ(page.servers.size(), 3U);
    EXPECT_EQ(page.servers[0].tag, "rp-x");
    EXPECT_EQ(page.servers[0].age, duration(60s));
    EXPECT_EQ(page.servers[1].age, duration(10s));
    EXPECT_EQ(page.servers[2].age, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<refused>(read_list(described(), answer(404), now)));
}

TEST(HttpAnswers, OfAStopAreDoneWhenNothingIsLeft) {
    EXPECT_EQ(read_stop(described(), answer(200)).how, allocation::stop_outcome::done);
    EXPECT_EQ(read_stop(described(), answer(404)).how, allocation::stop_outcome::done);
    EXPECT_EQ(read_stop(described(), answer(500)).how, allocation::stop_outcome::failed);
    EXPECT_EQ(read_stop(described(), failed(error::connection_closed)).how,
              allocation::stop_outcome::failed);
}

} // namespace
} // namespace roomport::providers
