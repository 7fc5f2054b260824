#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/error.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace roomport::test {
namespace {

namespace asio = boost::asio;

class silent_resolver final : public http::resolver {
public:
    silent_resolver() = default;
    void resolve(const std::string&, std::uint16_t, callback) override {}
};

bool is_empty(const http::pool& pool) {
    const auto now = pool.metrics();
    return now.connecting + now.idle + now.busy + now.waiting == 0;
}

// Cancels one request as soon as `reached` says that it is where the test wants it.
void expect_cancelled(pool_runner& runner, http::pool& pool, const std::function<bool()>& reached) {
    const auto signal = std::make_shared<asio::cancellation_signal>();
    auto pending = runner.send(pool, get_request(), signal);
    ASSERT_TRUE(eventually(reached));
    const auto begun = clock::now();
    runner.emit(signal);
    EXPECT_EQ(pool_runner::await(pending).error, asio::error::operation_aborted);
    EXPECT_LT(clock::now() - begun, std::chrono::milliseconds(300));
    EXPECT_TRUE(eventually([&] { return is_empty(pool); }));
}

TEST(PoolCancellation, WorksWhileTheNameIsLookedUp) {
    pool_runner runner;
    http::pool_options options;
    options.resolver = std::make_shared<silent_resolver>();
    const auto pool = runner.make_pool("http://localhost:1", options);
    expect_cancelled(runner, *pool, [&] { return pool->metrics().connecting == 1; });
}

TEST(PoolCancellation, WorksInTheHandshake) {
    scripted_server server([](session& client) { client.await_end(); });
    pool_runner runner;
    const auto pool = runner.make_pool("https://127.0.0.1:" + std::to_string(server.port()));
    expect_cancelled(runner, *pool, [&] { return server.bytes_received() > 0; });
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(PoolCancellation, WorksWhileTheRequestIsWritten) {
    scripted_server server([](session& client) { client.pause(std::chrono::seconds(10)); });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    const auto signal = std::make_shared<asio::cancellation_signal>();
    auto wanted = get_request();
    wanted.body.assign(std::size_t{32} << 20U, 'x');
    auto pending = runner.send(*pool, wanted, signal);
    ASSERT_TRUE(eventually([&] { return pool->metrics().busy == 1; }));
    runner.emit(signal);
    EXPECT_EQ(pool_runner::await(pending).error, asio::error::operation_aborted);
    EXPECT_TRUE(eventually([&] { return is_empty(*pool); }));
}

TEST(PoolCancellation, WorksBeforeTheFirstByteOfTheAnswer) {
    scripted_server server([](session& client) {
        client.read_request();
        client.await_end();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    expect_cancelled(runner, *pool, [&] { return server.requests() == 1; });
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(PoolCancellation, WorksInTheMiddleOfTheBody) {
    std::atomic<bool> half_sent{false};
    scripted_server server([&](session& client) {
        client.read_request();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhi");
        half_sent = true;
        client.await_end();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    expect_cancelled(runner, *pool, [&] { return half_sent.load(); });
}

TEST(PoolCancellation, InTheQueueFreesThePlaceOnly) {
    std::atomic<bool> answer{false};
    scripted_server server([&](session& client) {
        client.read_request();
        while (!answer && client.pause(std::chrono::milliseconds(2))) {
        }
        client.send(http_response("first"));
        always_answer(http_response("third"))(client);
    });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 1;
    const auto pool = runner.make_pool(server.url(), options);
    auto first = runner.send(*pool, get_request());
    ASSERT_TRUE(eventually([&] { return server.requests() == 1; }));
    const auto signal = std::make_shared<asio::cancellation_signal>();
    auto second = runner.send(*pool, get_request("/second"), signal);
    ASSERT_TRUE(eventually([&] { return pool->metrics().waiting == 1; }));
    auto third = runner.send(*pool, get_request());
    runner.emit(signal);

    EXPECT_EQ(pool_runner::await(second).error, asio::error::operation_aborted);
    answer = true;
    EXPECT_EQ(pool_runner::await(first).body, "first");
    EXPECT_EQ(pool_runner::await(third).body, "third");
    EXPECT_EQ(server.requests(), 2U);
    EXPECT_EQ(server.accepted(), 1U);
}

TEST(PoolCancellation, AfterTheEndDoesNothing) {
    scripted_server server(always_answer(http_response("x")));
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    const auto signal = std::make_shared<asio::cancellation_signal>();
    auto pending = runner.send(*pool, get_request(), signal);
    EXPECT_FALSE(pool_runner::await(pending).error);
    runner.emit(signal);
    EXPECT_EQ(runner.get(*pool).body, "x");
    EXPECT_EQ(server.accepted(), 1U);
}

TEST(PoolCancellation, OfThePoolEndsAllRequestsAndThePoolStaysUsable) {
    std::atomic<bool> silent{true};
    scripted_server server([&](session& client) {
        while (!client.read_request().empty()) {
            if (silent) {
                client.await_end();
                return;
            }
            client.send(http_response("x"));
        }
    });
    pool_runner runner;
    http::pool_options options;
    options.max_connections = 2;
    const auto pool = runner.make_pool(server.url(), options);
    std::vector<std::future<http_outcome>> pending;
    for (int i = 0; i < 10; ++i) {
        pending.push_back(runner.send(*pool, get_request()));
    }
    ASSERT_TRUE(eventually([&] { return server.requests() == 2; }));
    pool->cancel();
    for (auto& each : pending) {
        EXPECT_EQ(pool_runner::await(each).error, asio::error::operation_aborted);
    }
    EXPECT_TRUE(eventually([&] { return is_empty(*pool); }));
    silent = false;
    EXPECT_EQ(runner.get(*pool).body, "x");
}

TEST(PoolCancellation, DestroyingThePoolEndsEverything) {
    scripted_server server([](session& client) {
        client.read_request();
        client.await_end();
    });
    std::vector<std::future<http_outcome>> pending;
    {
        pool_runner runner;
        http::pool_options options;
        options.max_connections = 2;
        auto pool = runner.make_pool(server.url(), options);
        for (int i = 0; i < 10; ++i) {
            pending.push_back(runner.send(*pool, get_request()));
        }
        ASSERT_TRUE(eventually([&] { return server.requests() == 2; }));
        const auto begun = clock::now();
        pool.reset();
        EXPECT_LT(clock::now() - begun, std::chrono::milliseconds(300));
    }
    for (auto& each : pending) {
        EXPECT_EQ(pool_runner::await(each).error, asio::error::operation_aborted);
    }
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(PoolCancellation, AContextThatIsDestroyedInTheMiddleLeavesNothing) {
    scripted_server server([](session& client) {
        client.read_request();
        client.await_end();
    });
    http::string_sink sink;
    {
        asio::io_context context;
        http::pool pool(context.get_executor(), http::origin::parse(server.url()).value());
        pool.async_request(get_request(), sink, [](error_code, const http::response&) {
            ADD_FAILURE() << "a stopped context ran a handler";
        });
        while (server.requests() == 0) {
            context.run_for(std::chrono::milliseconds(10));
        }
    }
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(PoolCancellation, AContextHasNothingLeftToRunOnceThePoolIsGone) {
    scripted_server server(always_answer(http_response("x")));
    asio::io_context context;
    http::string_sink sink;
    auto pool = std::make_unique<http::pool>(context.get_executor(),
                                             http::origin::parse(server.url()).value());
    bool called = false;
    pool->async_request(get_request(), sink, [&](error_code ec, const http::response&) {
        EXPECT_FALSE(ec);
        called = true;
        pool.reset();
    });
    const auto begun = clock::now();
    context.run_for(std::chrono::seconds(10));
    EXPECT_TRUE(called);
    EXPECT_LT(clock::now() - begun, std::chrono::seconds(5));
}

/// Cancels itself when its body ends.
class self_cancelling_exchange final : public http::exchange, private http::body_sink {
public:
    explicit self_cancelling_exchange(http::pool& from) : pool_(from) {
        wanted = get_request();
        sink = this;
    }

    void ended(error_code ec) override { outcomes.push_back(ec); }

    std::vector<error_code> outcomes;

private:
    void begin(const http::response&) override {}
    error_code write(std::string_view) override { return {}; }
    error_code end() override {
        pool_.cancel(*this);
        return {};
    }

    http::pool& pool_;
};

TEST(PoolCancellation, ByTheSinkAtTheEndOfTheBodyEndsTheExchangeOnce) {
    for (const char* head :
         {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"}) {
        SCOPED_TRACE(head);
        scripted_server server([&](session& client) {
            client.read_request();
            client.send(std::string(head) + "body");
            client.close();
        });
        asio::io_context context;
        const auto executor = context.get_executor();
        http::pool pool(executor, executor, http::origin::parse(server.url("127.0.0.1")).value(),
                        http::pool_options());
        const auto one = std::make_shared<self_cancelling_exchange>(pool);
        pool.start(one);
        const auto give_up = clock::now() + std::chrono::seconds(10);
        while (one->outcomes.empty() && clock::now() < give_up) {
            context.run_one_for(std::chrono::milliseconds(10));
        }
        context.run_for(std::chrono::milliseconds(10));
        EXPECT_EQ(one->outcomes, std::vector<error_code>{asio::error::operation_aborted});
        EXPECT_TRUE(is_empty(pool));
    }
}

} // namespace
} // namespace roomport::test
