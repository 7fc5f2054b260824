// An engine each of whose allocations fails once, or a few in a row: what it could not do then it does a little later.

#include "engine_fixture.hpp"
#include "support/failing_memory.hpp"

#include "wait/wait_end.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <new>
#include <vector>

namespace roomport::wait_detail {
namespace {

using test::allocations_left;
using test::asio_allocations_fail;
using test::enough_memory;
using test::failures_left;

/// Runs the engine with what allocations are left, those of Asio included.
class scarce_memory {
public:
    explicit scarce_memory(std::optional<std::size_t>& left) : left_(left) {
        allocations_left = left_;
        asio_allocations_fail = true;
    }
    scarce_memory(const scarce_memory&) = delete;
    scarce_memory& operator=(const scarce_memory&) = delete;
    ~scarce_memory() {
        asio_allocations_fail = false;
        left_ = std::exchange(allocations_left, std::nullopt);
    }

private:
    std::optional<std::size_t>& left_;
};

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t most_allocations = 300;

/// An observer that takes no memory, and whose polls the test ends.
class frugal_observer final : public observer {
public:
    void async_observe(std::string_view, duration, time_point, handler_type handler) override {
        ++polls;
        if (throws_left > 0) {
            --throws_left;
            throw std::bad_alloc();
        }
        under_way.emplace(std::move(handler));
    }

    unsigned polls = 0;
    unsigned throws_left = 0;
    std::optional<handler_type> under_way;
};

class OutOfMemory : public engine_fixture {
protected:
    using script_type = observation (*)(unsigned nth);

    /// Runs until the wait is over, whatever leaves through `run`.
    void run_until_done(const std::optional<outcome>& done) {
        context.restart();
        const auto give_up = clock::now() + 60s;
        while (!done && clock::now() < give_up) {
            try {
                context.run_one_for(1s);
            } catch (const std::bad_alloc&) {
            }
        }
    }

    /// An engine with one place, so that none may be lost, over a @ref frugal_observer.
    void make_frugal_engine() {
        auto options = quick_options();
        options.max_in_flight = 1;
        frugal = std::make_shared<frugal_observer>();
        engine = std::make_unique<wait_engine>(strand, context.get_executor(), frugal, options);
    }

    /// Runs until `is_done`, answering polls, whatever leaves through `run`.
    /// @return whether that came in time.
    template <class IsDone>
    bool run_until(IsDone is_done, script_type script) {
        const auto give_up = clock::now() + 5s;
        while (!is_done() && clock::now() < give_up) {
            context.restart();
            try {
                context.run_one_for(1ms);
            } catch (const std::bad_alloc&) {
            }
            const enough_memory here;
            if (frugal->under_way && script) {
                auto handler = std::move(*frugal->under_way);
                frugal->under_way.reset();
                asio::post(strand, [this, handler = std::move(handler),
                                    seen = script(frugal->polls)]() mutable {
                    const enough_memory outside;
                    const scarce_memory inside(left_while_answering);
                    std::move(handler)(std::move(seen));
                });
            }
        }
        return is_done();
    }

    /// Runs `attempt` once for each allocation that can fail in it.
    /// @param attempt begins with the failures armed; the test ends them.
    void for_each_failure(const std::function<void()>& attempt) {
        for (const std::size_t in_a_row : {1U, 4U}) {
            std::size_t nth = 0;
            for (bool has_failed = true; has_failed && nth < most_allocations; ++nth) {
                SCOPED_TRACE(std::to_string(in_a_row) + " after " + std::to_string(nth));
                after = nth;
                failures_left = in_a_row;
                attempt();
                has_failed = failures_left < in_a_row;
                allocations_left.reset();
                left_while_answering.reset();
                if (HasFatalFailure()) {
                    return;
                }
                engine.reset();
                context.restart();
                context.run_for(5s);
            }
            EXPECT_GT(nth, 2U) << "nothing was tested";
            EXPECT_LT(nth, most_allocations);
        }
    }

    /// Lets allocations fail from now on, but for those while an answer is taken in.
    void arm() { allocations_left = after; }

    /// Lets allocations fail while an answer is taken in, those of the executors too.
    void arm_answers() { left_while_answering = after; }

    std::size_t after = 0;
    std::optional<std::size_t> left_while_answering;
    std::shared_ptr<frugal_observer> frugal;
};

TEST_F(OutOfMemory, KeepsNoWaitBackThatCouldGoOn) {
    std::size_t nth = 0;
    for (bool has_failed = true; has_failed && nth < most_allocations; ++nth) {
        SCOPED_TRACE(nth);
        std::optional<outcome> done;
        std::optional<std::size_t> left;
        make_engine([&](const std::string&, unsigned poll) {
            if (poll < 4) {
                return starting();
            }
            left = std::exchange(allocations_left, std::nullopt);
            return ready();
        });
        wait_options options;
        options.timeout = 40s;
        engine->async_wait("a", options, store(done));
        failures_left = 1;
        allocations_left = nth;
        const auto began = clock::now();
        run_until_done(done);
        has_failed = !left;
        ASSERT_TRUE(done);
        EXPECT_LT(clock::now() - began, 30s) << "it waited for its deadline";
        if (done->ec) {
            EXPECT_EQ(done->ec, error_code(boost::asio::error::no_memory));
        }
        engine.reset();
        context.restart();
        context.run_for(10s);
    }
    EXPECT_GT(nth, 5U) << "nothing was tested";
    EXPECT_LT(nth, most_allocations);
}

/// What a wait may see until it is ready.
class OutOfMemoryBeforeReady : public OutOfMemory,
                               public ::testing::WithParamInterface<std::vector<const char*>> {
protected:
    static observation answer(unsigned nth) {
        const auto& words = GetParam();
        if (nth > words.size()) {
            return ready();
        }
        observation seen = starting();
        seen.status = words[nth - 1];
        return seen;
    }

    void expect_told(const std::optional<outcome>& done) {
        ASSERT_TRUE(run_until([&] { return done.has_value(); }, answer));
        if (done->ec) {
            EXPECT_EQ(done->ec, error_code(asio::error::no_memory));
        } else {
            EXPECT_EQ(done->result.exposed_port, ready().exposed_port);
        }
    }
};

TEST_P(OutOfMemoryBeforeReady, BeginsTheWaitOrTellsThatItDidNot) {
    for_each_failure([&] {
        std::optional<outcome> done;
        make_frugal_engine();
        engine->async_wait("a", wait_options(), store(done));
        arm();
        expect_told(done);
    });
}

TEST_P(OutOfMemoryBeforeReady, TakesInAnswersAndTellsHowTheWaitEnded) {
    for_each_failure([&] {
        std::optional<outcome> done;
        make_frugal_engine();
        engine->async_wait("a", wait_options(), store(done));
        arm_answers();
        expect_told(done);
    });
}

TEST_P(OutOfMemoryBeforeReady, TellsAWaitThatJoinsOthers) {
    for_each_failure([&] {
        std::optional<outcome> patient;
        std::optional<outcome> joined;
        make_frugal_engine();
        wait_options never;
        never.acceptors = std::make_shared<acceptors>(
            1, acceptor([](const observation&) { return true; }, verdict::not_yet));
        engine->async_wait("a", never, store(patient));
        const auto polls = static_cast<unsigned>(GetParam().size()) + 1;
        arm_answers();
        ASSERT_TRUE(run_until([&] { return frugal->polls > polls; }, answer));
        engine->async_wait("a", wait_options(), store(joined));
        expect_told(joined);
        engine->cancel();
        EXPECT_TRUE(run_until([&] { return patient.has_value(); }, answer));
    });
}

INSTANTIATE_TEST_SUITE_P(
    Answers, OutOfMemoryBeforeReady,
    ::testing::Values(std::vector<const char*>(), std::vector<const char*>{"starting", "starting"},
                      std::vector<const char*>{"", "a word that no small string could take in"}));

TEST_F(OutOfMemory, EndsWaitsThatAreCancelled) {
    for_each_failure([&] {
        std::optional<outcome> done;
        asio::cancellation_signal signal;
        make_frugal_engine();
        engine->async_wait("a", wait_options(),
                           asio::bind_cancellation_slot(signal.slot(), store(done)));
        ASSERT_TRUE(run_until([&] { return frugal->polls > 0; }, nullptr));
        signal.emit(asio::cancellation_type::terminal);
        arm();
        ASSERT_TRUE(run_until([&] { return done.has_value(); }, nullptr));
        EXPECT_EQ(done->ec, error_code(asio::error::operation_aborted));
    });
}

TEST_F(OutOfMemory, EndsWaitsThatArePassedByTheirDeadline) {
    for_each_failure([&] {
        std::optional<outcome> done;
        make_frugal_engine();
        wait_options options;
        options.timeout = 10ms;
        engine->async_wait("a", options, store(done));
        ASSERT_TRUE(run_until([&] { return frugal->polls > 0; }, nullptr));
        arm();
        ASSERT_TRUE(run_until([&] { return done.has_value(); }, nullptr));
        EXPECT_EQ(done->ec, error_code(error::deadline_passed));
    });
}

TEST_F(OutOfMemory, EndsAllWaitsWhenTheEngineIsDestroyed) {
    for_each_failure([&] {
        std::vector<std::optional<outcome>> done(3);
        make_frugal_engine();
        for (std::size_t wait = 0; wait < done.size(); ++wait) {
            engine->async_wait(std::to_string(wait / 2), wait_options(), store(done[wait]));
        }
        ASSERT_TRUE(run_until([&] { return engine->metrics().waiters == 3; }, nullptr));
        engine.reset();
        arm();
        for (const auto& one : done) {
            ASSERT_TRUE(run_until([&] { return one.has_value(); }, nullptr));
            EXPECT_EQ(one->ec, error_code(asio::error::operation_aborted));
        }
    });
}

TEST_F(OutOfMemory, LosesNoPlaceWithAPollThatCannotBegin) {
    for_each_failure([&] {
        std::optional<outcome> failed;
        std::optional<outcome> done;
        make_frugal_engine();
        frugal->throws_left = 1;
        engine->async_wait("a", wait_options(), store(failed));
        arm();
        const auto always_ready = [](unsigned) {
            return ready();
        };
        ASSERT_TRUE(run_until([&] { return failed.has_value(); }, always_ready));
        allocations_left.reset();
        engine->async_wait("b", wait_options(), store(done));
        ASSERT_TRUE(run_until([&] { return done.has_value(); }, always_ready));
        EXPECT_FALSE(done->ec.failed());
    });
}

/// What the ends of waits that could not go on come back to.
class fake_engine {
public:
    fake_engine() = default;

    void end_came_back(std::shared_ptr<wait_end> end) {
        const enough_memory here;
        back.add(std::move(end));
    }

    wait_end_queue back;
};

TEST(WaitEndOutOfMemory, ComesBackUntilItReachesTheHandlersExecutor) {
    asio::io_context context;
    asio::io_context elsewhere;
    unsigned called = 0;
    const asio::any_io_executor io_executor = context.get_executor();
    const auto count = [&](error_code ec, const wait_result&) {
        EXPECT_EQ(ec, error_code(error::deadline_passed));
        ++called;
    };
    waiting_handler handler(asio::bind_executor(elsewhere.get_executor(), count), io_executor);
    pending_pointer wait(new pending_wait(nullptr, time_point(), std::move(handler)));
    const auto engine = std::make_shared<fake_engine>();
    engine->back.add(*wait.detach(), error::deadline_passed, wait_result());
    std::size_t nth = 0;
    for (; !engine->back.empty() && nth < most_allocations; ++nth) {
        SCOPED_TRACE(nth);
        EXPECT_EQ(called, 0U);
        std::optional<std::size_t> left = nth;
        failures_left = 1000;
        {
            const scarce_memory here(left);
            engine->back.post_all(io_executor, std::weak_ptr(engine));
            context.restart();
            context.run();
        }
        elsewhere.poll();
    }
    EXPECT_EQ(called, 1U);
    EXPECT_GT(nth, 2U) << "nothing was tested";
    EXPECT_LT(nth, most_allocations);
}

TEST(SeenHistoryOutOfMemory, ForgetsWhatItCannotKeep) {
    const observation seen = ready();
    for (const auto& before : {std::vector<observation>(), std::vector<observation>{starting()},
                               std::vector<observation>{failed(error::connect_failed)}}) {
        word_table words;
        seen_history history;
        for (const auto& one : before) {
            history.record(one, words);
        }
        failures_left = 1;
        allocations_left = 0;
        history.record(seen, words);
        ASSERT_FALSE(allocations_left) << "it took no memory";
        EXPECT_EQ(history.count(), before.size() + 1);
        EXPECT_EQ(history.state(), observed_state::ready);
        EXPECT_FALSE(history.has_last());
        EXPECT_EQ(history.status(words, 0), "");
        EXPECT_EQ(history.http_status(0), 0);
        history.record(seen, words);
        EXPECT_TRUE(history.has_last());
        EXPECT_EQ(history.last(words).exposed_port, seen.exposed_port);
        EXPECT_EQ(history.status(words, 0), "active");
    }
}

} // namespace
} // namespace roomport::wait_detail
