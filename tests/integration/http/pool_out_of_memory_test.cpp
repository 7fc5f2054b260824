// A pool each of whose allocations fails: every request ends once, and the next is served.

#include "support/failing_memory.hpp"
#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"
#include "support/trusted_server.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

const std::string body(100, 'x');

class recorded_exchange final : public http::exchange {
public:
    explicit recorded_exchange(std::chrono::milliseconds within) {
        wanted = get_request("/a-target-that-is-longer-than-a-short-string", within);
        sink = &document;
    }

    void ended(error_code ec) override {
        outcome = ec;
        ++times_ended;
    }

    bool is_over() const { return times_ended > 0 || was_refused; }

    http::string_sink document;
    error_code outcome;
    int times_ended = 0;
    bool was_refused = false;
};

using exchanges = std::vector<std::shared_ptr<recorded_exchange>>;

/// A pool in a context that the test runs itself, so that whatever allocates does it on the test's thread.
class PoolOutOfMemory : public testing::Test {
protected:
    void make_pool(const std::string& url, std::size_t connections = 1,
                   http::pool_options options = http::pool_options()) {
        pool_.reset();
        context_ = std::make_unique<asio::io_context>();
        options.max_connections = connections;
        options.connect_timeout = connect_timeout_;
        const auto executor = context_->get_executor();
        pool_ = std::make_unique<http::pool>(executor, executor, http::origin::parse(url).value(),
                                             options);
    }

    void TearDown() override {
        pool_.reset();
        context_.reset();
    }

    static exchanges make_exchanges(std::size_t count, std::chrono::milliseconds within = 20s) {
        exchanges made;
        for (std::size_t i = 0; i < count; ++i) {
            made.push_back(std::make_shared<recorded_exchange>(within));
        }
        return made;
    }

    void start(const exchanges& all) {
        for (const auto& each : all) {
            try {
                pool_->start(each);
            } catch (const std::bad_alloc&) {
                each->was_refused = true;
            }
        }
    }

    template <class Condition>
    bool run_until(Condition condition) {
        const auto work = asio::make_work_guard(*context_);
        context_->restart();
        const auto give_up = clock::now() + 10s;
        while (!condition() && clock::now() < give_up) {
            context_->run_one_for(20ms);
        }
        return condition();
    }

    bool run_to_end(const exchanges& all) {
        return run_until([&] {
            return std::all_of(all.begin(), all.end(),
                               [](const auto& each) { return each->is_over(); });
        });
    }

    /// Whether each exchange has ended once, or never began, for lack of memory or with one of the expected outcomes.
    static void expect_ends(const exchanges& all, const std::vector<error_code>& expected) {
        for (const auto& each : all) {
            EXPECT_EQ(each->times_ended + (each->was_refused ? 1 : 0), 1);
            EXPECT_TRUE(each->was_refused || each->outcome == asio::error::no_memory ||
                        std::count(expected.begin(), expected.end(), each->outcome) > 0)
                << each->outcome.message();
            if (each->times_ended == 1 && !each->outcome) {
                EXPECT_EQ(each->document.text, body);
            }
        }
    }

    /// Runs until all have ended, without the `nth` allocation and the next ones, `count` in all, once `begin` has run.
    /// @return whether one of these was asked for.
    template <class Begin>
    bool end_without_memory(std::size_t nth, std::size_t count, const exchanges& all,
                            const std::vector<error_code>& expected, Begin begin) {
        fail_allocations(nth, count);
        begin();
        const bool has_ended = run_to_end(all);
        const bool has_failed = stop_failing_allocations();
        EXPECT_TRUE(has_ended);
        expect_ends(all, expected);
        return has_failed;
    }

    bool start_without_memory(std::size_t nth, const exchanges& all,
                              const std::vector<error_code>& expected, std::size_t count = 1) {
        return end_without_memory(nth, count, all, expected, [&] { start(all); });
    }

    void expect_to_serve() {
        const auto next = make_exchanges(1);
        start(next);
        ASSERT_TRUE(run_to_end(next));
        EXPECT_EQ(next[0]->outcome, error_code());
        EXPECT_EQ(next[0]->document.text, body);
        EXPECT_EQ(pool_->metrics().waiting, 0U);
        EXPECT_EQ(pool_->metrics().busy, 0U);
        EXPECT_EQ(pool_->metrics().connecting, 0U);
    }

    /// Whatever only this limit would end is as good as lost.
    duration connect_timeout_ = 20s;
    std::unique_ptr<asio::io_context> context_;
    std::unique_ptr<http::pool> pool_;
};

TEST_F(PoolOutOfMemory, EndsEachRequestOnceAndServesTheNext) {
    scripted_server server(always_answer(http_response(body, 200, "X-Field: some value\r\n")));
    for (const std::size_t failures : {1U, 2U, 4U}) {
        SCOPED_TRACE(failures);
        for_each_allocation([&](std::size_t nth) {
            make_pool(server.url("127.0.0.1"), 2);
            const auto all = make_exchanges(3);
            const bool has_failed = start_without_memory(nth, all, {error_code()}, failures);
            expect_to_serve();
            return has_failed;
        });
    }
}

TEST_F(PoolOutOfMemory, OnConnectionsThatServedBeforeEndsEachRequestOnce) {
    scripted_server server(always_answer(http_response(body, 200, "X-Field: some value\r\n")));
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"));
        expect_to_serve();
        const auto all = make_exchanges(3);
        const bool has_failed = start_without_memory(nth, all, {error_code()});
        expect_to_serve();
        return has_failed;
    });
}

TEST_F(PoolOutOfMemory, OverTlsEndsEachRequestOnceAndServesTheNext) {
    scripted_server server(always_answer(http_response(body)), good_tls());
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"), 1, trusting_test_ca());
        const auto all = make_exchanges(2);
        const bool has_failed = start_without_memory(nth, all, {error_code()});
        expect_to_serve();
        return has_failed;
    });
}

TEST_F(PoolOutOfMemory, ARequestThatIsSentAgainEndsOnce) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(http_response(body));
        if (client.number() % 2 == 0) {
            client.read_request();
            client.close();
        } else {
            always_answer(http_response(body))(client);
        }
    });
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"));
        expect_to_serve();
        const auto all = make_exchanges(1);
        const bool has_failed = start_without_memory(nth, all, {error_code()});
        expect_to_serve();
        return has_failed;
    });
}

TEST_F(PoolOutOfMemory, DeadlinesAreKept) {
    scripted_server server([](session& client) { client.await_end(); });
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"));
        const auto all = make_exchanges(2, 30ms);
        return start_without_memory(nth, all, {error::attempt_timeout});
    });
}

TEST_F(PoolOutOfMemory, ConnectionsThatAreRefusedFailTheirRequests) {
    scripted_server nobody([](session&) {});
    nobody.stop();
    for_each_allocation([&](std::size_t nth) {
        make_pool(nobody.url("127.0.0.1"));
        const auto all = make_exchanges(2);
        return start_without_memory(nth, all, {error::connect_failed});
    });
}

/// Answers within `resolve`.
class instant_resolver final : public http::resolver {
public:
    instant_resolver() = default;
    void resolve(const std::string&, std::uint16_t port, callback done) override {
        done({}, {{asio::ip::address_v4::loopback(), port}});
    }
};

TEST_F(PoolOutOfMemory, ALookUpWhoseAnswerIsLostEndsByTheConnectTimeout) {
    scripted_server server(always_answer(http_response(body)));
    connect_timeout_ = 500ms;
    http::pool_options options;
    options.resolver = std::make_shared<instant_resolver>();
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("localhost"), 1, options);
        const auto all = make_exchanges(1);
        return start_without_memory(nth, all, {error_code(), error::connect_timeout});
    });
}

TEST_F(PoolOutOfMemory, ACancelledRequestEnds) {
    scripted_server server([](session& client) { client.await_end(); });
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"));
        const auto all = make_exchanges(2);
        start(all);
        EXPECT_TRUE(run_until([&] { return pool_->metrics().busy == 1; }));
        return end_without_memory(nth, 3, all, {asio::error::operation_aborted}, [&] {
            pool_->cancel(*all[0]);
            pool_->cancel(*all[1]);
        });
    });
}

TEST_F(PoolOutOfMemory, TheEndOfThePoolEndsEachRequest) {
    scripted_server server([](session& client) { client.await_end(); });
    for_each_allocation([&](std::size_t nth) {
        make_pool(server.url("127.0.0.1"));
        const auto all = make_exchanges(40);
        start(all);
        EXPECT_TRUE(run_until([&] { return pool_->metrics().busy == 1; }));
        pool_.reset();
        return end_without_memory(nth, 3, all, {asio::error::operation_aborted}, [] {});
    });
}

TEST_F(PoolOutOfMemory, ARequestThatCantBeginOnThePoolsStrandFails) {
    scripted_server server(always_answer(http_response(body)));
    make_pool(server.url("127.0.0.1"));
    http::string_sink sink;
    std::optional<error_code> outcome;
    pool_->async_request(get_request(), sink,
                         [&](error_code ec, const http::response&) { outcome = ec; });
    fail_allocations(0);
    const bool has_ended = run_until([&] { return outcome.has_value(); });
    EXPECT_TRUE(stop_failing_allocations());
    ASSERT_TRUE(has_ended);
    EXPECT_EQ(*outcome, asio::error::no_memory);
    expect_to_serve();
}

/// Throws what it should not.
class throwing_exchange final : public http::exchange {
public:
    throwing_exchange() {
        wanted = get_request("/", 60s);
        sink = &document;
    }

    void ended(error_code) override { throw std::bad_alloc(); }

    http::string_sink document;
};

TEST_F(PoolOutOfMemory, AnOwnerThatThrowsAtTheEndOfItsRequestKeepsNoOtherBack) {
    scripted_server server(always_answer(http_response(body)));
    make_pool(server.url("127.0.0.1"));
    const auto others = make_exchanges(1);
    pool_->start(std::make_shared<throwing_exchange>());
    start(others);
    EXPECT_THROW(run_until([] { return false; }), std::bad_alloc);
    EXPECT_TRUE(run_to_end(others));
    expect_ends(others, {error_code()});
}

} // namespace
} // namespace roomport::test
