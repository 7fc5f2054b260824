#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace roomport::test {
namespace {

TEST(PoolReuse, AnswersAreReadWithStatusFieldsAndBody) {
    scripted_server server(always_answer(http_response("hello", 404, "X-Test: yes\r\n")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    const auto outcome = runner.get(*pool);

    EXPECT_FALSE(outcome.error) << outcome.error.message();
    EXPECT_EQ(outcome.answer.status, 404);
    EXPECT_EQ(outcome.answer.find("x-test"), "yes");
    EXPECT_EQ(outcome.body, "hello");
    EXPECT_FALSE(outcome.answer.on_reused_connection);
    EXPECT_GT(outcome.answer.times.connect.count(), 0);
    EXPECT_GT(outcome.answer.arrived_at, time_point());
}

TEST(PoolReuse, AConnectionServesManyRequestsOneAfterTheOther) {
    scripted_server server(always_answer(http_response("hello")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    for (int i = 0; i < 20; ++i) {
        const auto outcome = runner.get(*pool);
        ASSERT_FALSE(outcome.error) << outcome.error.message();
        EXPECT_EQ(outcome.answer.on_reused_connection, i > 0);
    }

    EXPECT_EQ(server.accepted(), 1U);
    EXPECT_EQ(pool->metrics().connections_opened, 1U);
    EXPECT_EQ(pool->metrics().requests, 20U);
}

TEST(PoolReuse, RequestsWaitInTheOrderTheyCame) {
    std::mutex mutex;
    std::vector<std::string> seen;
    scripted_server server([&](session& client) {
        for (auto request = client.read_request(); !request.empty();
             request = client.read_request()) {
            {
                const std::lock_guard lock(mutex);
                seen.push_back(request.substr(4, request.find(' ', 4) - 4));
            }
            client.send(http_response(""));
        }
    });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 1;
    const auto pool = runner.make_pool(server.url(), options);

    std::vector<std::future<http_outcome>> pending;
    std::vector<std::string> expected;
    for (int i = 0; i < 30; ++i) {
        expected.push_back("/" + std::to_string(i));
        pending.push_back(runner.send(*pool, get_request(expected.back())));
    }
    for (auto& each : pending) {
        EXPECT_FALSE(pool_runner::await(each).error);
    }

    EXPECT_EQ(seen, expected);
    EXPECT_EQ(server.accepted(), 1U);
}

TEST(PoolReuse, AThousandRequestsUseNoMoreThanTheConnectionsAllowed) {
    scripted_server server(always_answer(http_response("x")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    std::vector<std::future<http_outcome>> pending;
    for (int i = 0; i < 1000; ++i) {
        pending.push_back(runner.send(*pool, get_request("/", std::chrono::milliseconds(60'000))));
    }
    for (auto& each : pending) {
        EXPECT_FALSE(pool_runner::await(each).error);
    }

    EXPECT_LE(server.accepted(), 8U);
    EXPECT_EQ(server.requests(), 1000U);
}

TEST(PoolReuse, ARepeatableRequestIsSentAgainWhenAReusedConnectionDies) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(http_response("first"));
        if (client.number() == 0) {
            client.read_request();
            client.cut();
            return;
        }
        always_answer(http_response("second"))(client);
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    ASSERT_FALSE(runner.get(*pool).error);

    const auto outcome = runner.get(*pool);

    EXPECT_FALSE(outcome.error) << outcome.error.message();
    EXPECT_EQ(outcome.body, "first");
    EXPECT_FALSE(outcome.answer.on_reused_connection);
    EXPECT_EQ(pool->metrics().resent, 1U);
    EXPECT_EQ(server.accepted(), 2U);
}

TEST(PoolReuse, ARequestThatMayNotBeSentTwiceFailsWhenAReusedConnectionDies) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(http_response("first"));
        client.read_request();
        client.cut();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    ASSERT_FALSE(runner.get(*pool).error);

    auto wanted = get_request();
    wanted.repeatable = false;
    const auto outcome = runner.get(*pool, wanted);

    EXPECT_EQ(outcome.error, error_code(error::connection_closed));
    EXPECT_EQ(server.requests(), 2U);
}

TEST(PoolReuse, ARequestIsSentAgainOnlyOnce) {
    scripted_server server([](session& client) {
        client.read_request();
        if (client.number() == 0) {
            client.send(http_response("first"));
            client.read_request();
        }
        client.cut();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    ASSERT_FALSE(runner.get(*pool).error);

    EXPECT_EQ(runner.get(*pool).error, error_code(error::connection_closed));
    EXPECT_EQ(server.requests(), 3U);
}

TEST(PoolReuse, ARequestIsNotSentAgainAfterTheFirstByteOfAnAnswer) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(http_response("first"));
        client.read_request();
        client.send("H");
        client.cut();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    ASSERT_FALSE(runner.get(*pool).error);

    EXPECT_EQ(runner.get(*pool).error, error_code(error::connection_closed));
    EXPECT_EQ(server.requests(), 2U);
}

TEST(PoolReuse, AFailureOnAFreshConnectionIsNotHidden) {
    scripted_server server([](session& client) {
        client.read_request();
        client.cut();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    EXPECT_EQ(runner.get(*pool).error, error_code(error::connection_closed));
    EXPECT_EQ(server.requests(), 1U);
}

TEST(PoolReuse, AConnectionThatSpeaksWhileIdleIsDropped) {
    std::promise<void> speak;
    auto may_speak = speak.get_future().share();
    scripted_server server([may_speak](session& client) {
        client.read_request();
        client.send(http_response("good"));
        if (client.number() == 0) {
            may_speak.wait();
            client.send(http_response("evil", 408));
            client.await_end();
        }
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    ASSERT_EQ(runner.get(*pool).body, "good");
    speak.set_value();
    ASSERT_TRUE(eventually([&] { return pool->metrics().idle == 0; }));

    EXPECT_EQ(pool->metrics().dropped_for_stray_bytes, 1U);
    EXPECT_EQ(runner.get(*pool).body, "good");
    EXPECT_EQ(server.accepted(), 2U);
}

TEST(PoolReuse, BytesAfterAnAnswerDropTheConnection) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(http_response("good") + http_response("evil"));
        client.await_end();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    EXPECT_EQ(runner.get(*pool).body, "good");
    EXPECT_EQ(runner.get(*pool).body, "good");

    EXPECT_EQ(server.accepted(), 2U);
    EXPECT_EQ(pool->metrics().dropped_for_stray_bytes, 2U);
}

TEST(PoolReuse, AnIdleConnectionIsClosedAfterItsTime) {
    scripted_server server(always_answer(http_response("")));
    pool_runner runner;
    http::pool_options options;
    options.idle_timeout = std::chrono::milliseconds(30);
    const auto pool = runner.make_pool(server.url(), options);
    ASSERT_FALSE(runner.get(*pool).error);

    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
    EXPECT_TRUE(eventually([&] { return pool->metrics().idle == 0; }));
}

TEST(PoolReuse, RedirectsAreNotFollowed) {
    scripted_server elsewhere(always_answer(http_response("evil")));
    scripted_server server(
        always_answer(http_response("", 302, "Location: " + elsewhere.url() + "\r\n")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    EXPECT_EQ(runner.get(*pool).answer.status, 302);
    EXPECT_EQ(elsewhere.accepted(), 0U);
}

TEST(PoolReuse, AResponseWithConnectionCloseIsTheLastOnItsConnection) {
    scripted_server server(always_answer(http_response("x", 200, "Connection: close\r\n")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    EXPECT_FALSE(runner.get(*pool).error);
    EXPECT_FALSE(runner.get(*pool).error);

    EXPECT_EQ(server.accepted(), 2U);
}

} // namespace
} // namespace roomport::test
