#include "engine_fixture.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes the empty allocator inside use_future for uninitialized when it inlines with a sanitizer.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <future>
#include <new>
#include <stdexcept>
#include <thread>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

namespace asio = boost::asio;

class WaitEngine : public engine_fixture {};

TEST_F(WaitEngine, CompletesACallbackWithThePortsAndLeavesNothing) {
    make_engine(ready_at(3));
    std::optional<outcome> end;
    engine->async_wait("room", wait_options(), store(end));
    EXPECT_FALSE(end) << "never inline";
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->ec.failed());
    EXPECT_EQ(end->result.exposed_port.host, "host.example");
    EXPECT_EQ(end->result.evidence.polls, 3U);
    EXPECT_EQ(engine->metrics().keys, 0U);
    EXPECT_EQ(engine->metrics().polls, 3U);
}

TEST_F(WaitEngine, RunsTheHandlerOnItsAssociatedExecutor) {
    make_engine(ready_at(1));
    asio::io_context callers;
    std::optional<outcome> end;
    engine->async_wait("room", wait_options(),
                       asio::bind_executor(callers.get_executor(), store(end)));
    ASSERT_TRUE(run_to_end());
    EXPECT_FALSE(end);
    callers.run_for(60s);
    EXPECT_TRUE(end);
}

TEST_F(WaitEngine, KeepsTheHandlersContextRunningUntilTheWaitIsOver) {
    make_engine(ready_at(2));
    asio::io_context callers;
    std::optional<outcome> end;
    engine->async_wait("room", wait_options(),
                       asio::bind_executor(callers.get_executor(), store(end)));
    std::thread other([&] { callers.run_for(60s); });
    ASSERT_TRUE(run_to_end());
    other.join();
    EXPECT_TRUE(end);
}

TEST_F(WaitEngine, CompletesAFuture) {
    make_engine(ready_at(2));
    auto future = engine->async_wait("room", wait_options(), asio::use_future);
    ASSERT_TRUE(run_to_end());
    ASSERT_EQ(future.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(future.get().exposed_port.port, 7777);
}

TEST_F(WaitEngine, CompletesACoroutine) {
    make_engine(ready_at(2));
    std::optional<wait_result> result;
    auto body = [&]() -> asio::awaitable<void> {
        wait_result got = co_await engine->async_wait("room", wait_options(), asio::use_awaitable);
        result.emplace(std::move(got));
    };
    asio::co_spawn(context, body, [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->evidence.polls, 2U);
}

TEST_F(WaitEngine, StartsADeferredWaitOnlyWhenItIsLaunched) {
    make_engine(ready_at(1));
    std::optional<outcome> end;
    auto later = engine->async_wait("room", wait_options(), asio::deferred);
    ASSERT_TRUE(run_to_end());
    EXPECT_EQ(source->polls, 0U);
    std::move(later)(store(end));
    ASSERT_TRUE(run_to_end());
    EXPECT_TRUE(end);
}

TEST_F(WaitEngine, SharesOneStreamOfPollsBetweenWaitersOfAKey) {
    make_engine(ready_at(4));
    std::vector<std::optional<outcome>> ends(10);
    for (auto& end : ends) {
        engine->async_wait("room", wait_options(), store(end));
    }
    ASSERT_TRUE(run_to_end());
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_FALSE(end->ec.failed());
    }
    EXPECT_EQ(source->polls, 4U);
}

TEST_F(WaitEngine, EndsAtTheDeadlineWithTheEvidence) {
    make_engine(never_ready());
    std::optional<outcome> end;
    engine->async_wait("room", wait_script::timeout(1s), store(end));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, error_code(error::deadline_passed));
    EXPECT_EQ(end->result.evidence.last_status, "starting");
    EXPECT_GE(end->result.evidence.polls, 1U);
    EXPECT_GE(end->result.evidence.elapsed, 1s);
}

TEST_F(WaitEngine, RefusesArgumentsOutOfRangeAndNamesThem) {
    make_engine(ready_at(1));
    const auto check = [&](const std::string& key, const wait_options& options, const char* named) {
        std::optional<outcome> end;
        engine->async_wait(key, options, store(end));
        EXPECT_FALSE(end);
        ASSERT_TRUE(run_to_end());
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, error_code(error::invalid_argument));
        EXPECT_NE(end->result.evidence.last_message.find(named), std::string::npos);
    };
    check("", wait_options(), "key");
    check(std::string(257, 'k'), wait_options(), "key");
    check("k", wait_script::timeout(0s), "timeout");
    check("k", wait_script::timeout(-1s), "timeout");
    wait_options options;
    options.request_timeout = 0s;
    check("k", options, "request_timeout");
    options = wait_options();
    options.not_found_grace = -1s;
    check("k", options, "not_found_grace");
    EXPECT_EQ(source->polls, 0U);
}

TEST_F(WaitEngine, TakesAnyBytesAsAKey) {
    make_engine(ready_at(1));
    std::optional<outcome> end;
    engine->async_wait(std::string(256, '\0'), wait_options(), store(end));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->ec.failed());
}

TEST_F(WaitEngine, HoldsWhereTheServerAnnouncesIt) {
    make_engine([](const std::string&, unsigned nth) { return nth < 2 ? starting(1s) : ready(); });
    std::optional<outcome> end;
    engine->async_wait("room", wait_options(), store(end));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(source->polls, 2U);
    EXPECT_GE(end->result.evidence.elapsed, 1s);
}

TEST_F(WaitEngine, CountsAnObserverThatThrowsAsAFailedPoll) {
    make_engine([](const std::string& key, unsigned) -> observation {
        if (key == "memory") {
            throw std::bad_alloc();
        }
        if (key == "system") {
            throw boost::system::system_error(error::token_unavailable);
        }
        throw std::runtime_error("no idea");
    });
    std::optional<outcome> memory;
    std::optional<outcome> system;
    std::optional<outcome> other;
    wait_options options;
    options.max_failures = 2;
    engine->async_wait("memory", options, store(memory));
    engine->async_wait("system", options, store(system));
    engine->async_wait("other", options, store(other));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(memory && system && other);
    EXPECT_EQ(memory->ec, error_code(asio::error::no_memory));
    EXPECT_EQ(system->ec, error_code(error::token_unavailable));
    EXPECT_EQ(other->ec, error_code(error::broken_promise));
    EXPECT_EQ(other->result.evidence.last_message, "no idea");
}

TEST_F(WaitEngine, PollsManyKeysAtOnceWhereTheObserverCan) {
    make_engine(ready_at(3));
    source->terms.most = 100;
    std::vector<std::optional<outcome>> ends(40);
    for (std::size_t key = 0; key < ends.size(); ++key) {
        engine->async_wait(std::to_string(key), wait_options(), store(ends[key]));
    }
    ASSERT_TRUE(run_to_end());
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_FALSE(end->ec.failed());
    }
    EXPECT_LE(source->batch_polls, 10U);
    EXPECT_EQ(engine->metrics().batch_polls, source->batch_polls);
    EXPECT_EQ(engine->metrics().in_flight, 0U);
}

TEST_F(WaitEngine, CountsAPollOfManyKeysThatThrowsAsFailed) {
    make_engine([](const std::string&, unsigned nth) -> observation {
        if (nth > 1) {
            throw std::runtime_error("no idea");
        }
        return starting();
    });
    source->terms.most = 100;
    std::vector<std::optional<outcome>> ends(10);
    wait_options options;
    options.max_failures = 1;
    for (std::size_t key = 0; key < ends.size(); ++key) {
        engine->async_wait(std::to_string(key), options, store(ends[key]));
    }
    ASSERT_TRUE(run_to_end());
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, error_code(error::broken_promise));
    }
}

TEST_F(WaitEngine, PollsKeysOneByOneWhileTheObserverThrowsInsteadOfItsTerms) {
    make_engine(ready_at(3));
    source->terms.most = 100;
    source->terms_fail = true;
    std::vector<std::optional<outcome>> ends(10);
    for (std::size_t key = 0; key < ends.size(); ++key) {
        engine->async_wait(std::to_string(key), wait_options(), store(ends[key]));
    }
    EXPECT_THROW(run_to_end(), std::runtime_error) << "what it throws leaves through run()";
    const auto is_all_done = [&] {
        return std::all_of(ends.begin(), ends.end(),
                           [](const auto& end) { return end.has_value(); });
    };
    const auto give_up = clock::now() + 60s;
    while (!is_all_done() && clock::now() < give_up) {
        try {
            run_to_end();
        } catch (const std::runtime_error&) {
        }
    }
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_FALSE(end->ec.failed());
    }
    EXPECT_EQ(source->batch_polls, 0U);
    EXPECT_GE(source->polls, 3U);
}

TEST_F(WaitEngine, TellsItsRateAndWhatHoldsItBack) {
    auto options = quick_options();
    options.max_rate = 50;
    make_engine(
        [](const std::string&, unsigned) {
            observation busy = failed_status(429);
            busy.not_before = clock::now() + 1h;
            return busy;
        },
        1ms, options);
    std::optional<outcome> end;
    EXPECT_DOUBLE_EQ(engine->metrics().rate, 50.0);
    engine->async_wait("room", wait_script::timeout(500ms), store(end));
    ASSERT_TRUE(run_to_end());
    EXPECT_EQ(engine->metrics().throttled, 1U);
    EXPECT_LT(engine->metrics().rate, 50.0);
    EXPECT_GT(engine->metrics().held_back, 50min);
}

TEST_F(WaitEngine, MayBeCalledFromItsOwnProgressCallback) {
    make_engine(never_ready());
    std::optional<outcome> first;
    std::optional<outcome> nested;
    wait_options options;
    bool called = false;
    options.on_progress = [&](const wait_event&) {
        if (!std::exchange(called, true)) {
            engine->async_wait("room", wait_options(), store(nested));
            engine->cancel();
        }
    };
    engine->async_wait("room", options, store(first));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(first && nested);
    EXPECT_EQ(first->ec, errc::cancelled);
    EXPECT_EQ(nested->ec, errc::cancelled);
    EXPECT_EQ(nested->result.evidence.polls, 1U);
}

TEST_F(WaitEngine, MayBeDestroyedInItsOwnProgressCallback) {
    make_engine(never_ready());
    std::optional<outcome> end;
    wait_options options;
    options.on_progress = [&](const wait_event&) {
        engine.reset();
    };
    engine->async_wait("room", options, store(end));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
}

TEST_F(WaitEngine, LetsWhatACallbackThrowsLeaveThroughRun) {
    make_engine(ready_at(3));
    std::optional<outcome> end;
    wait_options options;
    options.on_progress = [](const wait_event& event) {
        if (event.polls == 1) {
            throw std::runtime_error("progress");
        }
    };
    engine->async_wait("room", options, store(end));
    EXPECT_THROW(run_to_end(), std::runtime_error);
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->ec.failed());
}

TEST_F(WaitEngine, StartedOnItsStrandIsNeverCompletedInline) {
    make_engine(ready_at(1));
    std::optional<outcome> bad;
    std::optional<outcome> good;
    asio::post(strand, [&] {
        engine->async_wait("", wait_options(), store(bad));
        engine->async_wait("room", wait_options(), store(good));
        EXPECT_FALSE(bad);
        EXPECT_FALSE(good);
        EXPECT_EQ(engine->metrics().waiters, 1U);
    });
    ASSERT_TRUE(run_to_end());
    EXPECT_TRUE(bad && good);
}

TEST(WaitEngineShutdown, DropsHandlersThatHoldTheEngineWithTheirContext) {
    std::optional<boost::asio::io_context> context(std::in_place);
    auto strand = std::make_optional(boost::asio::make_strand(*context));
    auto source = std::make_shared<scripted_observer>(
        *strand, 1h, [](const std::string&, unsigned) { return starting(); });
    auto engine = std::make_shared<wait_engine>(*strand, context->get_executor(), source,
                                                wait_engine_options());
    const std::weak_ptr<wait_engine> held = engine;
    const std::weak_ptr<observer> observed = source;
    wait_options options;
    options.timeout = 1h;
    for (const char* key : {"a", "a", "b"}) {
        engine->async_wait(key, options, [engine](error_code, const wait_result&) { FAIL(); });
    }
    for (int step = 0; step < 1000 && source->polls < 2; ++step) {
        context->run_one_for(10ms);
    }
    EXPECT_EQ(source->polls, 2U);
    engine.reset();
    source.reset();
    EXPECT_FALSE(held.expired());
    strand.reset();
    context.reset();
    EXPECT_TRUE(held.expired());
    EXPECT_TRUE(observed.expired());
}

TEST(WaitEngineWithoutStrand, WorksOnASingleThread) {
    asio::io_context context(1);
    auto source = std::make_shared<scripted_observer>(
        context.get_executor(), 1ms,
        [](const std::string&, unsigned nth) { return nth < 2 ? starting() : ready(); });
    wait_engine engine(context.get_executor(), context.get_executor(), source,
                       wait_engine_options());
    bool is_ready = false;
    engine.async_wait("room", wait_options(),
                      [&](error_code ec, const wait_result&) { is_ready = !ec.failed(); });
    context.run_for(60s);
    EXPECT_TRUE(is_ready);
}

} // namespace
} // namespace roomport::wait_detail
