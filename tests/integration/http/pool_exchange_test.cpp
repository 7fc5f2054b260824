// Exchanges that their owner uses again and again, on the pool's strand.

#include "support/scripted_server.hpp"

#include <roomport/http/exchange.hpp>
#include <roomport/http/pool.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class recorded_exchange final : public http::exchange {
public:
    recorded_exchange() {
        sink = &body;
        wanted.repeatable = true;
    }

    void ended(error_code ec) override {
        ++ends;
        error = ec;
        if (then) {
            then();
        }
    }

    http::string_sink body;
    int ends = 0;
    error_code error;
    std::function<void()> then;
};

class PoolExchange : public testing::Test {
protected:
    void serve(scripted_server::script play) {
        server_.emplace(std::move(play));
        http::pool_options options;
        options.max_connections = 1;
        pool_ = std::make_unique<http::pool>(context_.get_executor(), context_.get_executor(),
                                             http::origin::parse(server_->url()).value(), options);
    }

    void start(const std::string& target = "/") {
        one_->wanted.target = target;
        one_->wanted.deadline = clock::now() + 10s;
        pool_->start(one_);
    }

    void run_until(const std::function<bool()>& condition) {
        const auto end = clock::now() + 20s;
        while (!condition() && clock::now() < end) {
            if (context_.run_one_for(20ms) == 0) {
                context_.restart();
            }
        }
        ASSERT_TRUE(condition());
    }

    asio::io_context context_{1};
    std::optional<scripted_server> server_;
    std::shared_ptr<recorded_exchange> one_ = std::make_shared<recorded_exchange>();
    std::unique_ptr<http::pool> pool_;
};

TEST_F(PoolExchange, OneObjectServesManyRequestsOnOneConnection) {
    serve(always_answer(http_response("hello", 200, "X-Test: yes\r\n")));
    for (int i = 1; i <= 20; ++i) {
        start();
        EXPECT_EQ(one_->ends, i - 1) << "it ended within the function that starts it";
        run_until([&] { return one_->ends == i; });
        ASSERT_FALSE(one_->error) << one_->error.message();
        EXPECT_EQ(one_->answer.status, 200);
        EXPECT_EQ(one_->answer.find("x-test"), "yes");
        EXPECT_EQ(one_->body.text, "hello");
        EXPECT_EQ(one_->answer.on_reused_connection, i > 1);
    }
    EXPECT_EQ(server_->accepted(), 1U);
    EXPECT_EQ(pool_->metrics().requests, 20U);
}

TEST_F(PoolExchange, ItMayStartAgainWhenItEnds) {
    serve(always_answer(http_response("hello")));
    one_->then = [this] {
        if (one_->ends < 50) {
            start();
        }
    };
    start();
    run_until([&] { return one_->ends == 50; });
    EXPECT_FALSE(one_->error);
    EXPECT_EQ(server_->accepted(), 1U) << "its own connection was free again by then";
}

TEST_F(PoolExchange, NothingOfAnAnswerShowsInTheNextOne) {
    int requests = 0;
    serve([&](session& client) {
        while (!client.read_request().empty()) {
            const int number = ++requests;
            if (number == 1) {
                client.send(
                    http_response("first", 200, "A: a long value of many words\r\nB: b\r\n"));
            } else if (number == 2) {
                client.send(http_response("x", 404));
            } else {
                client.send("HTTP/1.1 200 OK\r\nC: c\r\nno field\r\n\r\n");
                client.await_end();
            }
        }
    });
    start();
    run_until([&] { return one_->ends == 1; });
    EXPECT_EQ(one_->answer.find("b"), "b");
    start();
    run_until([&] { return one_->ends == 2; });
    EXPECT_EQ(one_->answer.status, 404);
    EXPECT_EQ(one_->answer.find("a"), std::nullopt);
    EXPECT_EQ(one_->answer.find("b"), std::nullopt);
    EXPECT_EQ(one_->body.text, "x");
    start();
    run_until([&] { return one_->ends == 3; });
    EXPECT_EQ(one_->error, error_code(error::bad_http));
    EXPECT_EQ(one_->answer.status, 0);
    EXPECT_TRUE(one_->answer.fields.empty());
}

TEST_F(PoolExchange, ARefusedRequestEndsLater) {
    serve(always_answer(http_response("hello")));
    start("no path");
    EXPECT_EQ(one_->ends, 0);
    run_until([&] { return one_->ends == 1; });
    EXPECT_EQ(one_->error, error_code(error::invalid_argument));
    start();
    run_until([&] { return one_->ends == 2; });
    EXPECT_FALSE(one_->error);
}

TEST_F(PoolExchange, CancellingFreesItsPlaceAndEndsItLater) {
    serve([](session& client) {
        if (client.read_request().find("/slow") == std::string::npos) {
            client.send(http_response("hello"));
        }
        client.await_end();
    });
    start("/slow");
    run_until([&] { return server_->requests() == 1; });
    pool_->cancel(*one_);
    EXPECT_EQ(one_->ends, 0);
    run_until([&] { return one_->ends == 1; });
    EXPECT_EQ(one_->error, asio::error::operation_aborted);
    pool_->cancel(*one_);
    start();
    run_until([&] { return one_->ends == 2; });
    EXPECT_FALSE(one_->error) << one_->error.message();
}

TEST_F(PoolExchange, OneThatWaitsMayBeCancelledByTheEndOfAnother) {
    serve(always_answer(http_response("hello")));
    const auto waiting = std::make_shared<recorded_exchange>();
    waiting->wanted.deadline = clock::now() + 10s;
    one_->then = [&] {
        pool_->cancel(*waiting);
    };
    start();
    pool_->start(waiting);
    run_until([&] { return one_->ends == 1 && waiting->ends == 1; });
    EXPECT_FALSE(one_->error);
    EXPECT_EQ(waiting->error, asio::error::operation_aborted);
    one_->then = nullptr;
    start();
    run_until([&] { return one_->ends == 2; });
    EXPECT_FALSE(one_->error);
}

TEST_F(PoolExchange, TheEndOfThePoolEndsIt) {
    serve([](session& client) { client.await_end(); });
    start();
    run_until([&] { return server_->accepted() == 1; });
    pool_.reset();
    run_until([&] { return one_->ends == 1; });
    EXPECT_EQ(one_->error, asio::error::operation_aborted);
}

TEST_F(PoolExchange, ADestroyedPoolLetsGoOfIt) {
    serve(always_answer(http_response("hello")));
    const std::weak_ptr<http::exchange> watched = one_;
    start();
    one_.reset();
    pool_.reset();
    EXPECT_FALSE(watched.expired());
    run_until([&] { return watched.expired(); });
}

} // namespace
} // namespace roomport::test
