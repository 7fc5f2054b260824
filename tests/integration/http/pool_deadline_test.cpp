#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;

constexpr auto allowed = 150ms;
// Far below what else would end a request here, and enough for a busy machine.
constexpr auto grace = 2s;

/// Never answers, or only when told.
class mute_resolver final : public http::resolver {
public:
    mute_resolver() = default;
    void resolve(const std::string&, std::uint16_t, callback done) override {
        const std::lock_guard lock(mutex_);
        callbacks_.push_back(std::move(done));
    }
    std::size_t asked() {
        const std::lock_guard lock(mutex_);
        return callbacks_.size();
    }
    void answer_all(const endpoints& found) {
        const std::lock_guard lock(mutex_);
        for (auto& each : callbacks_) {
            each({}, found);
        }
        callbacks_.clear();
    }

private:
    std::mutex mutex_;
    std::vector<callback> callbacks_;
};

/// A listener whose queue is full, so that a connection to it is never established.
class black_hole {
public:
    black_hole() {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, generic, size), 0);
        EXPECT_EQ(::listen(listener_, 0), 0);
        ::getsockname(listener_, generic, &size);
        port = ntohs(address.sin_port);
        for (int i = 0; i < 4; ++i) {
            fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            (void)::connect(fillers_.back(), generic, size);
        }
    }
    black_hole(const black_hole&) = delete;
    black_hole& operator=(const black_hole&) = delete;
    ~black_hole() {
        for (const int each : fillers_) {
            ::close(each);
        }
        ::close(listener_);
    }

    std::uint16_t port = 0;

private:
    int listener_ = -1;
    std::vector<int> fillers_;
};

void expect_timeout(pool_runner& runner, http::pool& pool) {
    const auto begun = clock::now();
    const auto outcome = runner.get(pool, get_request("/", allowed));
    const auto took = clock::now() - begun;
    EXPECT_EQ(outcome.error, error_code(error::attempt_timeout)) << outcome.error.message();
    EXPECT_GE(took, allowed);
    EXPECT_LT(took, allowed + grace);
    EXPECT_TRUE(eventually([&] {
        const auto now = pool.metrics();
        return now.connecting + now.idle + now.busy + now.waiting == 0;
    }));
}

void expect_timeout_with(const scripted_server::script& script) {
    scripted_server server(script);
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    expect_timeout(runner, *pool);
}

TEST(PoolDeadline, HoldsWhileTheNameIsLookedUp) {
    pool_runner runner;
    http::pool_options options;
    options.resolver = std::make_shared<mute_resolver>();
    const auto pool = runner.make_pool("http://localhost:1", options);
    expect_timeout(runner, *pool);
}

TEST(PoolDeadline, HoldsWhileConnecting) {
    black_hole hole;
    pool_runner runner;
    const auto pool = runner.make_pool("http://127.0.0.1:" + std::to_string(hole.port));
    expect_timeout(runner, *pool);
}

TEST(PoolDeadline, HoldsWhileTheServerIsSilentInTheHandshake) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    const auto pool = runner.make_pool("https://127.0.0.1:" + std::to_string(server.port()));
    expect_timeout(runner, *pool);
}

TEST(PoolDeadline, HoldsWhileTheServerIsSilentAfterTheRequest) {
    expect_timeout_with([](session& client) { client.await_end(); });
}

TEST(PoolDeadline, HoldsWhileTheHeadDripsIn) {
    expect_timeout_with([](session& client) {
        client.read_request();
        client.send_slowly("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x'), 5ms);
    });
}

TEST(PoolDeadline, HoldsWhileTheBodyDripsIn) {
    expect_timeout_with([](session& client) {
        client.read_request();
        client.send_slowly(
            "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + std::string(2000, 'x'), 5ms);
    });
}

TEST(PoolDeadline, HoldsWhileTheRequestCantBeWritten) {
    scripted_server server([](session& client) { client.pause(10s); });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    auto wanted = get_request("/", allowed);
    wanted.body.assign(std::size_t{32} << 20U, 'x');
    const auto begun = clock::now();
    EXPECT_EQ(runner.get(*pool, wanted).error, error_code(error::attempt_timeout));
    EXPECT_LT(clock::now() - begun, allowed + grace);
}

TEST(PoolDeadline, HoldsWhileChunksFlowWithoutEnd) {
    expect_timeout_with([](session& client) {
        client.read_request();
        client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (client.pause(1ms)) {
            client.send("1\r\nx\r\n");
        }
    });
}

TEST(PoolDeadline, HoldsInTheQueue) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 1;
    const auto pool = runner.make_pool(server.url(), options);
    auto first = runner.send(*pool, get_request("/", 5s));
    ASSERT_TRUE(eventually([&] { return pool->metrics().busy == 1; }));

    const auto begun = clock::now();
    const auto outcome = runner.get(*pool, get_request("/", allowed));

    EXPECT_EQ(outcome.error, error_code(error::acquire_timeout));
    EXPECT_LT(clock::now() - begun, allowed + grace);
    EXPECT_GE(outcome.answer.times.queue, allowed - 50ms);
    EXPECT_EQ(pool->metrics().busy, 1U);
    pool->cancel();
    pool_runner::await(first);
}

TEST(PoolDeadline, ADeadlineInThePastSendsNothing) {
    scripted_server server(always_answer(http_response("")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    EXPECT_EQ(runner.get(*pool, get_request("/", -1ms)).error, error_code(error::attempt_timeout));
    EXPECT_EQ(server.accepted(), 0U);
}

TEST(PoolDeadline, TheConnectTimeoutCoversTheLookUp) {
    pool_runner runner;
    http::pool_options options;
    options.resolver = std::make_shared<mute_resolver>();
    options.connect_timeout = allowed;
    const auto pool = runner.make_pool("http://localhost:1", options);
    const auto begun = clock::now();
    const auto outcome = runner.get(*pool);
    EXPECT_EQ(outcome.error, error_code(error::connect_timeout));
    EXPECT_LT(clock::now() - begun, allowed + grace);
    EXPECT_GE(outcome.answer.times.resolve, allowed - 50ms);
}

TEST(PoolDeadline, TheConnectTimeoutCoversTheHandshake) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    http::pool_options options;
    options.connect_timeout = allowed;
    const auto pool =
        runner.make_pool("https://127.0.0.1:" + std::to_string(server.port()), options);
    const auto outcome = runner.get(*pool);
    EXPECT_EQ(outcome.error, error_code(error::connect_timeout));
    EXPECT_GE(outcome.answer.times.handshake, allowed - 50ms);
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(PoolDeadline, TheAcquireTimeoutEndsARequestThatGetsNoConnection) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 1;
    options.acquire_timeout = allowed;
    const auto pool = runner.make_pool(server.url(), options);
    auto first = runner.send(*pool, get_request("/", 10s));
    ASSERT_TRUE(eventually([&] { return pool->metrics().busy == 1; }));
    EXPECT_EQ(runner.get(*pool).error, error_code(error::acquire_timeout));
    pool->cancel();
    pool_runner::await(first);
}

TEST(PoolDeadline, ALookUpThatEndsAfterThePoolIsGoneTouchesNothing) {
    const auto resolver = std::make_shared<mute_resolver>();
    {
        pool_runner runner;
        http::pool_options options;
        options.resolver = resolver;
        const auto pool = runner.make_pool("http://localhost:1", options);
        expect_timeout(runner, *pool);
    }
    ASSERT_EQ(resolver->asked(), 1U);
    resolver->answer_all({{boost::asio::ip::address_v4::loopback(), 1}});
}

TEST(PoolDeadline, ADeadAddressIsFollowedByTheNext) {
    scripted_server server(always_answer(http_response("x")));
    black_hole hole;
    pool_runner runner;
    const auto resolver = std::make_shared<mute_resolver>();
    http::pool_options options;
    options.resolver = resolver;
    options.connect_timeout = 2s;
    const auto pool = runner.make_pool(server.url(), options);
    auto pending = runner.send(*pool, get_request());
    ASSERT_TRUE(eventually([&] { return resolver->asked() == 1; }));
    const auto loopback = boost::asio::ip::address_v4::loopback();
    resolver->answer_all({{boost::asio::ip::make_address("127.0.0.9"), server.port()},
                          {loopback, hole.port},
                          {loopback, server.port()}});
    EXPECT_EQ(pool_runner::await(pending).body, "x");
}

} // namespace
} // namespace roomport::test
