// The observer's polls many rooms, against servers that offer the one, the other or nothing.
#include "hathora/room_observer.hpp"

#include "support/scripted_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomport::hathora {
namespace {

using namespace std::chrono_literals;
using test::http_response;

std::string starting(const std::string& room) {
    return R"({"roomId":")" + room + R"(","status":"starting","additionalExposedPorts":[]})";
}

std::string active(const std::string& room) {
    return R"({"roomId":")" + room +
           R"(","status":"active","exposedPort":{"name":"default","host":"h.example","port":7777,)"
           R"("transportType":"udp"},"additionalExposedPorts":[]})";
}

std::string running(const std::string& room) {
    return R"({"processId":"p","appId":"app","deploymentId":1,"region":"Tokyo","roomsPerProcess":1,)"
           R"("roomsAllocated":1,"roomsAllocatedUpdatedAt":"2024-01-01T00:00:00.000Z",)"
           R"("startingAt":"2024-01-01T00:00:00.000Z","startedAt":"2024-01-01T00:00:04.500Z",)"
           R"("stoppingAt":null,"terminatedAt":null,"draining":false,"egressedBytes":0,)"
           R"("additionalExposedPorts":[],"totalRooms":1,)"
           R"("exposedPort":{"name":"default","host":"h.example","port":7777,"transportType":"udp"},)"
           R"("rooms":[{"appId":"app","roomId":")" +
           room +
           R"(","status":"active","currentAllocation":{"roomAllocationId":"a","processId":"p",)"
           R"("scheduledAt":"2024-01-01T00:00:01.000Z","unscheduledAt":null}}]})";
}

const std::string announcing = "Roomport-Wait: 25\r\nRoomport-Batch: 200\r\n";

/// An observer of a server that answers each request as a function of it says.
class BatchPolls : public testing::Test {
protected:
    using reply = std::function<std::string(const std::string& request)>;

    void serve(reply answer_to, batch_polls::settings with = batch_polls::settings()) {
        server.emplace([this, answer_to = std::move(answer_to)](test::session& client) {
            for (auto request = client.read_request(); !request.empty();
                 request = client.read_request()) {
                {
                    const std::lock_guard lock(mutex);
                    requests.push_back(request);
                }
                client.send(answer_to(request));
            }
        });
        pool = std::make_shared<http::pool>(context.get_executor(), context.get_executor(),
                                            http::origin::parse(server->url()).value(),
                                            http::pool_options());
        subject =
            std::make_unique<room_observer>(context.get_executor(), pool, "app", std::move(with));
    }

    static batch_polls::settings with_token(std::shared_ptr<token_source> source) {
        batch_polls::settings with;
        with.token = std::make_shared<remembered_token>(std::move(source));
        return with;
    }

    observation poll(std::string_view room) {
        std::optional<observation> seen;
        subject->async_observe(room, {}, clock::now() + 10s,
                               [&](observation found) { seen = std::move(found); });
        run_until([&] { return seen.has_value(); });
        return seen.value_or(observation());
    }

    batch_observation poll_many(const std::vector<std::string_view>& rooms, duration hold = {}) {
        std::optional<batch_observation> seen;
        subject->async_observe_many(rooms, hold, clock::now() + 10s,
                                    [&](batch_observation found) { seen = std::move(found); });
        EXPECT_FALSE(seen) << "the handler must not be called inline";
        run_until([&] { return seen.has_value(); });
        return seen.value_or(batch_observation());
    }

    void run_until(const std::function<bool()>& done) {
        context.restart();
        while (!done() && context.run_one_for(20s) != 0) {
        }
        ASSERT_TRUE(done()) << "no answer";
    }

    static void expect_nothing_said(const batch_observation& seen, std::size_t rooms) {
        EXPECT_EQ(seen.whole.state, observed_state::starting);
        ASSERT_EQ(seen.keys.size(), rooms);
        for (const auto& each : seen.keys) {
            EXPECT_FALSE(each);
        }
    }

    std::string request(std::size_t index) {
        const std::lock_guard lock(mutex);
        return index < requests.size() ? requests[index] : std::string();
    }

    std::size_t request_count() {
        const std::lock_guard lock(mutex);
        return requests.size();
    }

    boost::asio::io_context context;
    std::mutex mutex;
    std::vector<std::string> requests;
    std::optional<test::scripted_server> server;
    std::shared_ptr<http::pool> pool;
    std::unique_ptr<room_observer> subject;
};

bool is_batch(const std::string& request) {
    return request.find("/roomport/v1/") != std::string::npos;
}

// Answers single polls and batches as the room service does; of batches, what `batch` says.
std::string announce_and(const std::string& request, const std::string& batch) {
    return is_batch(request) ? batch : http_response(starting("a"), 200, announcing);
}

TEST_F(BatchPolls, AnEndpointIsNotAskedBeforeItIsAnnounced) {
    serve([](const auto&) { return http_response(starting("a")); });
    EXPECT_LT(subject->batch().most, subject->batch().least);
    EXPECT_EQ(poll("a").state, observed_state::starting);
    EXPECT_LT(subject->batch().most, subject->batch().least);
    expect_nothing_said(poll_many({"a", "b"}), 2);
    EXPECT_EQ(request_count(), 1U);
}

TEST_F(BatchPolls, OneAnswerTellsOfManyRooms) {
    serve([](const auto& request) {
        return announce_and(
            request, http_response("[" + active("c") + "," + starting("a") + "]", 200, announcing));
    });
    poll("a");
    EXPECT_EQ(subject->batch().most, 200U);
    EXPECT_EQ(subject->batch().least, 2U);
    EXPECT_EQ(subject->batch().hold_limit, duration(25s));

    const auto seen = poll_many({"a", "b", "c"});
    EXPECT_TRUE(request(1).starts_with("GET /roomport/v1/app/rooms?ids=a,b,c HTTP/1.1\r\n"))
        << request(1);
    EXPECT_EQ(request(1).find("Authorization"), std::string::npos);
    EXPECT_EQ(seen.whole.http_status, 200);
    EXPECT_FALSE(seen.whole.held);
    ASSERT_EQ(seen.keys.size(), 3U);
    EXPECT_EQ(seen.keys[0]->state, observed_state::starting);
    EXPECT_EQ(seen.keys[0]->hold_limit, duration(25s));
    EXPECT_EQ(seen.keys[0]->http_status, 200);
    EXPECT_GT(seen.keys[0]->round_trip, duration::zero());
    EXPECT_EQ(seen.keys[1]->state, observed_state::gone);
    EXPECT_EQ(seen.keys[1]->http_status, 404);
    EXPECT_EQ(seen.keys[2]->state, observed_state::ready);
    EXPECT_EQ(seen.keys[2]->exposed_port.port, 7777);
}

TEST_F(BatchPolls, AHoldIsAskedForInWholeSeconds) {
    serve([](const auto& request) {
        return announce_and(request, http_response("[" + starting("a") + "," + starting("b") + "]",
                                                   200, announcing));
    });
    poll("a");
    const auto seen = poll_many({"a", "b"}, 7900ms);
    EXPECT_NE(request(1).find("rooms?ids=a,b&wait=7 HTTP"), std::string::npos) << request(1);
    EXPECT_TRUE(seen.whole.held);
    EXPECT_TRUE(seen.keys[0]->held);
    EXPECT_EQ(seen.keys[0]->round_trip, duration::zero());
}

TEST_F(BatchPolls, AServerThatRefusesIsAskedAboutRoomsOneByOne) {
    for (const int status : {302, 400, 403, 404, 405, 501}) {
        SCOPED_TRACE(status);
        serve([status](const auto& request) {
            return announce_and(request, http_response("{}", status));
        });
        poll("a");
        ASSERT_GE(subject->batch().most, 2U);
        const auto seen = poll_many({"a", "b"});
        expect_nothing_said(seen, 2);
        EXPECT_EQ(seen.whole.http_status, status);
        EXPECT_EQ(subject->batch().most, 0U);
        poll("a");
        EXPECT_EQ(subject->batch().most, 0U) << "announced again, but not after a while";
    }
}

TEST_F(BatchPolls, AnAnswerThatCantBeReadHarmsNoRoom) {
    for (const std::string body : {"[", "{}", "[{\"roomId\":1}]", "not json"}) {
        SCOPED_TRACE(body);
        serve([body](const auto& request) { return announce_and(request, http_response(body)); });
        poll("a");
        expect_nothing_said(poll_many({"a", "b"}), 2);
        EXPECT_EQ(subject->batch().most, 0U);
    }
}

TEST_F(BatchPolls, AnAnswerAboutOtherRoomsHarmsNoRoom) {
    serve([](const auto& request) {
        return announce_and(request, http_response("[" + active("x") + "]", 200, announcing));
    });
    poll("a");
    expect_nothing_said(poll_many({"a", "b"}), 2);
    EXPECT_EQ(subject->batch().most, 0U);
}

TEST_F(BatchPolls, ATargetThatIsTooLongIsHalved) {
    for (const int status : {414, 431}) {
        SCOPED_TRACE(status);
        serve([status](const auto& request) {
            return announce_and(request, http_response("{}", status));
        });
        poll("a");
        expect_nothing_said(poll_many({"a", "b", "c", "d"}), 4);
        EXPECT_EQ(subject->batch().most, 2U);
        expect_nothing_said(poll_many({"a", "b"}), 2);
        EXPECT_EQ(subject->batch().most, 0U);
    }
}

TEST_F(BatchPolls, IdsThatDoNotFitAreNotAskedAbout) {
    serve([](const auto& request) {
        return announce_and(request, http_response("[]", 200, announcing));
    });
    poll("a");
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) {
        names.push_back(std::string(97, 'x') + std::to_string(100 + i));
    }
    const std::vector<std::string_view> rooms(names.begin(), names.end());
    const auto seen = poll_many(rooms);
    EXPECT_LE(request(1).find("\r\n"), 7100U);
    ASSERT_EQ(seen.keys.size(), 100U);
    EXPECT_TRUE(seen.keys[68]);
    EXPECT_FALSE(seen.keys[69]);
    EXPECT_EQ(subject->batch().most, 69U);
}

TEST_F(BatchPolls, TroubleIsAFailureOfAllWithItsRetryAfter) {
    serve([](const auto& request) {
        return announce_and(request,
                            http_response(R"({"message":"slow down"})", 429, "Retry-After: 7\r\n"));
    });
    poll("a");
    const auto seen = poll_many({"a", "b"});
    EXPECT_EQ(seen.whole.state, observed_state::failed);
    EXPECT_EQ(seen.whole.error, make_http_status_error(429));
    EXPECT_EQ(seen.whole.message, "slow down");
    EXPECT_TRUE(seen.whole.not_before);
    EXPECT_TRUE(seen.keys.empty());
    EXPECT_EQ(subject->batch().most, 200U);
}

TEST_F(BatchPolls, TheEndpointIsForgottenWhenAnswersNoLongerAnnounceIt) {
    serve([count = 0](const auto&) mutable {
        return http_response(starting("a"), 200, ++count == 1 ? announcing : "");
    });
    poll("a");
    EXPECT_EQ(subject->batch().most, 200U);
    poll("a");
    EXPECT_EQ(subject->batch().most, 0U);
}

TEST_F(BatchPolls, ACancelledPollEnds) {
    serve([](const auto& request) { return is_batch(request) ? "" : announce_and(request, ""); });
    poll("a");
    boost::asio::cancellation_signal stop;
    std::optional<batch_observation> seen;
    const std::vector<std::string_view> rooms{"a", "b"};
    subject->async_observe_many(
        rooms, 25s, clock::now() + 60s,
        boost::asio::bind_cancellation_slot(
            stop.slot(), [&](batch_observation found) { seen = std::move(found); }));
    for (int i = 0; i < 1000 && request_count() < 2; ++i) {
        context.restart();
        context.run_one_for(10ms);
    }
    EXPECT_EQ(request_count(), 2U);
    stop.emit(boost::asio::cancellation_type::terminal);
    run_until([&] { return seen.has_value(); });
    EXPECT_EQ(seen->whole.error, boost::asio::error::operation_aborted);
    EXPECT_EQ(subject->batch().most, 200U);
}

TEST_F(BatchPolls, TheListOfProcessesTellsOfManyRooms) {
    std::vector<std::string> names;
    std::string list;
    for (int i = 0; i < 12; ++i) {
        names.push_back("r" + std::to_string(i));
        list += (i == 0 ? "[" : ",") + running(i == 3 ? "other" : names.back());
    }
    list += "]";
    serve([list](const auto&) { return http_response(list); },
          with_token(fixed_token(secret("tok"))));
    EXPECT_EQ(subject->batch().least, 10U);
    EXPECT_EQ(subject->batch().hold_limit, duration::zero());
    const auto seen = poll_many(std::vector<std::string_view>(names.begin(), names.end()), 20s);
    EXPECT_TRUE(request(0).starts_with("GET /processes/v1/app/list/running HTTP/1.1\r\n"));
    EXPECT_NE(request(0).find("Authorization: Bearer tok\r\n"), std::string::npos);
    EXPECT_FALSE(seen.whole.held);
    ASSERT_EQ(seen.keys.size(), 12U);
    EXPECT_FALSE(seen.keys[3]);
    EXPECT_EQ(seen.keys[4]->state, observed_state::ready);
    EXPECT_EQ(seen.keys[4]->exposed_port.port, 7777);
    EXPECT_EQ(seen.keys[4]->start_time, duration(3500ms));
    EXPECT_EQ(subject->batch().least, 10U);
}

TEST_F(BatchPolls, AListThatIsRefusedIsNotAskedForAgainSoon) {
    for (const int status : {401, 403, 404, 501}) {
        SCOPED_TRACE(status);
        serve([status](const auto&) { return http_response(R"({"message":"tok no"})", status); },
              with_token(fixed_token(secret("tok"))));
        expect_nothing_said(poll_many({"a", "b"}), 2);
        EXPECT_EQ(subject->batch().most, 0U);
        expect_nothing_said(poll_many({"a", "b"}), 2);
        EXPECT_EQ(request_count(), 1U);
        requests.clear();
    }
}

TEST_F(BatchPolls, AListIsAskedForAgainWithAnotherToken) {
    std::string current = "old";
    serve(
        [](const auto& request) {
            const bool is_new = request.find("Bearer new") != std::string::npos;
            return is_new ? http_response("[]") : http_response("{}", 401);
        },
        with_token(token_callback(
            [&current]() -> boost::system::result<secret> { return secret(current); })));
    // Whoever rotates tokens may do so while the request with the old one is under way.
    current = "old";
    std::optional<batch_observation> seen;
    const std::vector<std::string_view> rooms{"a", "b"};
    subject->async_observe_many(rooms, {}, clock::now() + 10s,
                                [&](batch_observation found) { seen = std::move(found); });
    current = "new";
    run_until([&] { return seen.has_value(); });
    expect_nothing_said(*seen, 2);
    EXPECT_GE(subject->batch().most, 10U);
    poll_many({"a", "b"});
    EXPECT_NE(request(1).find("Bearer new"), std::string::npos);
}

TEST_F(BatchPolls, AListInTroubleLeavesItToSinglePolls) {
    serve([](const auto&) { return http_response("{}", 503); },
          with_token(fixed_token(secret("tok"))));
    EXPECT_EQ(poll_many({"a", "b"}).whole.error, make_http_status_error(503));
    EXPECT_EQ(subject->batch().most, 0U);
}

TEST_F(BatchPolls, WithoutAUsableTokenThereIsNoList) {
    serve([](const auto&) { return http_response("[]"); },
          with_token(token_callback([]() -> boost::system::result<secret> { throw 1; })));
    expect_nothing_said(poll_many({"a", "b"}), 2);
    EXPECT_EQ(request_count(), 0U);
}

TEST_F(BatchPolls, TheEndpointIsBetterThanTheList) {
    serve(
        [](const auto& request) {
            return announce_and(request, http_response("[]", 200, announcing));
        },
        with_token(fixed_token(secret("tok"))));
    poll("a");
    poll_many({"a", "b"});
    EXPECT_TRUE(is_batch(request(1)));
}

} // namespace
} // namespace roomport::hathora
