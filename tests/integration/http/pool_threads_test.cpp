#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace roomport::test {
namespace {

namespace asio = boost::asio;

TEST(PoolThreads, RequestsMayComeFromAnyThread) {
    const auto ca = make_ca();
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &ca);
    const temporary_file ca_file(ca.certificate_pem);
    scripted_server server(always_answer(http_response("x")), tls);
    pool_runner runner(4);
    http::pool_options options;
    options.tls.ca_file = ca_file.path();
    const auto pool = runner.make_pool(server.url(), options);
    std::atomic<int> good{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            for (int k = 0; k < 50; ++k) {
                const auto outcome = runner.get(*pool);
                good += !outcome.error && outcome.body == "x" ? 1 : 0;
                (void)pool->metrics();
            }
        });
    }
    for (auto& each : callers) {
        each.join();
    }
    EXPECT_EQ(good, 200);
    EXPECT_LE(server.accepted(), 8U);
}

// Each request has a strand of its own, where its signal is used; some are cancelled at changing moments.
TEST(PoolThreads, EachHandlerIsCalledOnceHoweverItEnds) {
    scripted_server server([](session& client) {
        for (int i = 0; !client.read_request().empty(); ++i) {
            if (i % 5 == 4) {
                client.cut();
                return;
            }
            client.send(http_response("x"));
        }
    });
    constexpr int count = 400;
    std::vector<std::atomic<int>> calls(count);
    std::atomic<int> ended{0};
    {
        pool_runner runner(4);
        http::pool_options options;
        options.max_connections = 4;
        auto pool = runner.make_pool(server.url(), options);
        for (int i = 0; i < count; ++i) {
            const auto strand = asio::make_strand(runner.executor());
            const auto signal = std::make_shared<asio::cancellation_signal>();
            const auto sink = std::make_shared<http::string_sink>();
            asio::post(strand, [&, i, strand, signal, sink] {
                pool->async_request(
                    get_request(), *sink,
                    asio::bind_cancellation_slot(
                        signal->slot(),
                        asio::bind_executor(
                            strand, [&, i, signal, sink](error_code, const http::response&) {
                                ++calls[static_cast<std::size_t>(i)];
                                ++ended;
                            })));
                if (i % 3 == 0) {
                    asio::post(strand, [signal] { signal->emit(asio::cancellation_type::total); });
                }
            });
        }
        EXPECT_TRUE(eventually([&] { return ended == count; }));
        pool.reset();
    }
    for (const auto& each : calls) {
        EXPECT_EQ(each, 1);
    }
}

TEST(PoolThreads, APoolMayBeDestroyedInTheMiddleWithManyThreads) {
    scripted_server server(always_answer(http_response("x")));
    for (int round = 0; round < 20; ++round) {
        std::vector<std::future<http_outcome>> pending;
        pool_runner runner(3);
        auto pool = runner.make_pool(server.url());
        for (int i = 0; i < 30; ++i) {
            pending.push_back(runner.send(*pool, get_request()));
        }
        pool.reset();
        for (auto& each : pending) {
            const auto outcome = pool_runner::await(each);
            EXPECT_TRUE(!outcome.error || outcome.error == asio::error::operation_aborted)
                << outcome.error.message();
        }
    }
}

TEST(PoolThreads, ASingleThreadNeedsNoStrand) {
    scripted_server server(always_answer(http_response("x")));
    asio::io_context context;
    http::pool pool(context.get_executor(), context.get_executor(),
                    http::origin::parse(server.url()).value(), http::pool_options());
    http::string_sink sink;
    int calls = 0;
    pool.async_request(get_request(), sink, [&](error_code ec, const http::response&) {
        EXPECT_FALSE(ec);
        ++calls;
        pool.cancel();
    });
    context.run_for(std::chrono::seconds(10));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(sink.text, "x");
}

} // namespace
} // namespace roomport::test
