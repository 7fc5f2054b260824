#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <fcntl.h>
#include <mutex>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace roomport::test {
namespace {

/// Answers the first look-up with the loopback address, and keeps the others.
class one_answer_resolver final : public http::resolver {
public:
    one_answer_resolver() = default;
    void resolve(const std::string&, std::uint16_t port, callback done) override {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_first_, false)) {
            done({}, {{boost::asio::ip::address_v4::loopback(), port}});
        } else {
            kept_.push_back(std::move(done));
        }
    }

    std::size_t kept() {
        const std::lock_guard lock(mutex_);
        return kept_.size();
    }
    void fail_kept() {
        const std::lock_guard lock(mutex_);
        for (const auto& done : std::exchange(kept_, {})) {
            done(error::host_not_found, {});
        }
    }

private:
    std::mutex mutex_;
    bool is_first_ = true;
    std::vector<callback> kept_;
};

/// Answers every look-up with the same addresses.
class fixed_resolver final : public http::resolver {
public:
    explicit fixed_resolver(endpoints found, error_code ec = {})
        : found_(std::move(found)), error_(ec) {}
    void resolve(const std::string&, std::uint16_t, callback done) override {
        done(error_, found_);
    }

private:
    endpoints found_;
    error_code error_;
};

std::uint16_t unused_port() {
    boost::asio::io_context context;
    const boost::asio::ip::tcp::acceptor acceptor(context,
                                                  {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

std::string url_of_nobody() {
    return "http://127.0.0.1:" + std::to_string(unused_port());
}

TEST(PoolLimits, NobodyListeningIsAFailedConnection) {
    pool_runner runner;
    const auto pool = runner.make_pool(url_of_nobody());
    EXPECT_EQ(runner.get(*pool).error, error_code(error::connect_failed));
    EXPECT_EQ(pool->metrics().connections_failed, 1U);
}

TEST(PoolLimits, EachFailedAttemptFailsOneRequest) {
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 2;
    const auto pool = runner.make_pool(url_of_nobody(), options);
    std::vector<std::future<http_outcome>> pending;
    for (int i = 0; i < 7; ++i) {
        pending.push_back(runner.send(*pool, get_request()));
    }
    for (auto& each : pending) {
        EXPECT_EQ(pool_runner::await(each).error, error_code(error::connect_failed));
    }
    EXPECT_TRUE(eventually([&] { return pool->metrics().connections_failed == 7; }));
}

TEST(PoolLimits, TheErrorOfALookUpIsTheRequests) {
    pool_runner runner;
    http::pool_options options;
    options.resolver =
        std::make_shared<fixed_resolver>(http::resolver::endpoints(), error::host_not_found);
    const auto pool = runner.make_pool("https://nowhere.example", options);
    EXPECT_EQ(runner.get(*pool).error, error_code(error::host_not_found));
}

TEST(PoolLimits, WhatAResolverPassesOnOfItsNameServiceIsAFailedLookUp) {
    pool_runner runner;
    for (const auto& [told, seen] :
         {std::pair<error_code, error>(boost::asio::error::host_not_found, error::host_not_found),
          std::pair<error_code, error>(boost::asio::error::try_again, error::resolve_failed),
          std::pair<error_code, error>(boost::asio::error::operation_aborted,
                                       error::resolve_failed)}) {
        http::pool_options options;
        options.resolver = std::make_shared<fixed_resolver>(http::resolver::endpoints(), told);
        const auto pool = runner.make_pool("https://nowhere.example", options);
        EXPECT_EQ(runner.get(*pool).error, error_code(seen)) << told.message();
    }
}

TEST(PoolLimits, TheTimesOfAFailedAttemptAreOnlyForTheRequestThatFailsWithIt) {
    std::atomic<bool> answer{false};
    scripted_server server([&](session& client) {
        client.read_request();
        while (!answer && client.pause(std::chrono::milliseconds(2))) {
        }
        client.send(http_response(""));
        always_answer(http_response(""))(client);
    });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 2;
    const auto names = std::make_shared<one_answer_resolver>();
    options.resolver = names;
    const auto pool = runner.make_pool(server.url(), options);
    auto first = runner.send(*pool, get_request());
    ASSERT_TRUE(eventually([&] { return server.requests() == 1; }));
    auto second = runner.send(*pool, get_request());
    ASSERT_TRUE(eventually([&] { return names->kept() == 1; }));
    answer = true;
    EXPECT_FALSE(pool_runner::await(first).error);
    EXPECT_FALSE(pool_runner::await(second).error);
    names->fail_kept();
    ASSERT_TRUE(eventually([&] { return pool->metrics().connections_failed == 1; }));

    const auto late = runner.get(*pool, get_request("/", std::chrono::milliseconds(0)));
    EXPECT_EQ(late.error, error_code(error::attempt_timeout));
    EXPECT_EQ(late.answer.times.resolve, duration{});

    auto third = runner.send(*pool, get_request());
    EXPECT_FALSE(pool_runner::await(third).error);
}

TEST(PoolLimits, ARequestThatFailsWithAnAttemptHasItsTimes) {
    pool_runner runner;
    http::pool_options options;
    const auto names = std::make_shared<one_answer_resolver>();
    names->resolve("", 0, [](error_code, const http::resolver::endpoints&) {});
    options.resolver = names;
    const auto pool = runner.make_pool("https://nowhere.example", options);
    auto pending = runner.send(*pool, get_request());
    ASSERT_TRUE(eventually([&] { return names->kept() == 1; }));
    names->fail_kept();
    const auto failed = pool_runner::await(pending);
    EXPECT_EQ(failed.error, error_code(error::host_not_found));
    EXPECT_GT(failed.answer.times.resolve, duration{});
}

TEST(PoolLimits, TheQueueIsBounded) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 1;
    options.max_waiting = 2;
    const auto pool = runner.make_pool(server.url(), options);
    std::vector<std::future<http_outcome>> pending;
    pending.push_back(runner.send(*pool, get_request()));
    ASSERT_TRUE(eventually([&] { return pool->metrics().busy == 1; }));
    pending.push_back(runner.send(*pool, get_request()));
    pending.push_back(runner.send(*pool, get_request()));

    EXPECT_EQ(runner.get(*pool).error, error_code(error::queue_full));

    pool->cancel();
    for (auto& each : pending) {
        pool_runner::await(each);
    }
}

TEST(PoolLimits, ABodyLimitIsTheRequests) {
    scripted_server server(always_answer(http_response("12345")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    auto wanted = get_request();
    wanted.body_limit = 5;
    EXPECT_FALSE(runner.get(*pool, wanted).error);
    wanted.body_limit = 4;
    const auto outcome = runner.get(*pool, wanted);
    EXPECT_EQ(outcome.error, error_code(error::body_too_large));
    EXPECT_EQ(outcome.answer.status, 200);
    EXPECT_EQ(pool->metrics().idle, 0U);
}

TEST(PoolLimits, ABadRequestIsRefusedBeforeAnythingIsSent) {
    scripted_server server(always_answer(http_response("")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    for (const char* target : {"", "x", "/a b", "/a\r\nX: y", "/\x7f", "/\xc3\xa4", "/#a"}) {
        EXPECT_EQ(runner.get(*pool, target).error, error_code(error::invalid_argument)) << target;
    }
    EXPECT_EQ(server.accepted(), 0U);
}

TEST(PoolLimits, PlainHttpBeyondLoopbackIsRefused) {
    pool_runner runner;
    const auto pool = runner.make_pool("http://192.0.2.1");
    EXPECT_EQ(runner.get(*pool).error, error_code(error::plaintext_refused));
    EXPECT_EQ(pool->metrics().connections_failed, 0U);
}

TEST(PoolLimits, ANameThatLeadsBeyondLoopbackIsRefusedForPlainHttp) {
    pool_runner runner;
    http::pool_options options;
    const auto elsewhere = boost::asio::ip::make_address("192.0.2.1");
    options.resolver = std::make_shared<fixed_resolver>(
        http::resolver::endpoints{boost::asio::ip::tcp::endpoint(elsewhere, 80)});
    const auto pool = runner.make_pool("http://localhost", options);
    EXPECT_EQ(runner.get(*pool).error, error_code(error::plaintext_refused));
}

TEST(PoolLimits, PlainHttpElsewhereWorksWhenAllowedButNotWithAToken) {
    scripted_server server(always_answer(http_response("x")));
    pool_runner runner;
    http::pool_options options;
    options.allow_plaintext = true;
    options.resolver = std::make_shared<fixed_resolver>(http::resolver::endpoints{
        boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), server.port())});
    const auto pool =
        runner.make_pool("http://elsewhere.example:" + std::to_string(server.port()), options);
    EXPECT_EQ(runner.get(*pool).body, "x");
    auto wanted = get_request();
    wanted.token = secret("abc");
    EXPECT_EQ(runner.get(*pool, wanted).error, error_code(error::plaintext_refused));
    EXPECT_EQ(server.requests(), 1U);
}

TEST(PoolLimits, ATokenIsSentOverPlainHttpOnLoopback) {
    std::string seen;
    scripted_server server([&](session& client) {
        seen = client.read_request();
        client.send(http_response(""));
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    auto wanted = get_request();
    wanted.token = secret("abc");
    ASSERT_FALSE(runner.get(*pool, wanted).error);
    EXPECT_NE(seen.find("Authorization: Bearer abc\r\n"), std::string::npos);
}

TEST(PoolLimits, WithoutDescriptorsItFailsAndWorksAgainAfterwards) {
    scripted_server server(always_answer(http_response("x")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url("127.0.0.1"));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit none = before;
    // The lowest free descriptor is where the next one would go.
    none.rlim_cur = static_cast<rlim_t>(::fcntl(0, F_DUPFD, 0));
    ::close(static_cast<int>(none.rlim_cur));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto failed = runner.get(*pool);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);

    EXPECT_EQ(failed.error, error_code(error::connect_failed));
    EXPECT_EQ(runner.get(*pool).body, "x");
}

TEST(PoolLimits, OptionsOutOfRangeAreRefused) {
    pool_runner runner;
    const auto expect_refused = [&](auto change) {
        http::pool_options options;
        change(options);
        EXPECT_THROW(runner.make_pool("http://localhost", options), boost::system::system_error);
    };
    expect_refused([](auto& options) { options.max_connections = 0; });
    expect_refused([](auto& options) { options.max_connections = 10'001; });
    expect_refused([](auto& options) { options.connect_timeout = duration(0); });
    expect_refused([](auto& options) { options.idle_timeout = duration(0); });
    expect_refused([](auto& options) { options.acquire_timeout = duration(-1); });
    expect_refused([](auto& options) { options.user_agent = "a\r\nb"; });
}

} // namespace
} // namespace roomport::test
