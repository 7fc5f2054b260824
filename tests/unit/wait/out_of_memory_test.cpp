// An engine each of whose allocations fails once, or a few in a row: what it could not do then it does a little later.

#include "batch_fixture.hpp"
#include "engine_fixture.hpp"
#include "support/failing_memory.hpp"

#include "wait/end_delivery.hpp"

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
using test::for_each_allocation;

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
            EXPECT_GT(nth, 1U) << "nothing was tested";
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

TEST(EndDeliveryOutOfMemory, ReachesTheHandlersExecutorOnceThatHasMemory) {
    for_each_allocation([](std::size_t nth) {
        asio::io_context context;
        asio::io_context elsewhere;
        unsigned called = 0;
        const asio::any_io_executor io_executor = context.get_executor();
        const auto count = [&](error_code ec, const wait_result&) {
            EXPECT_EQ(ec, error_code(error::deadline_passed));
            ++called;
        };
        auto wait = waiter::make(settings_pointer(), time_point(),
                                 asio::bind_executor(elsewhere.get_executor(), count), io_executor);
        wait->end(plain_end::deadline_passed);
        const auto delivery = std::make_shared<end_delivery>(io_executor);
        std::optional<std::size_t> left = nth;
        failures_left = 1000;
        {
            const scarce_memory here(left);
            delivery->add(std::move(wait));
            context.poll();
        }
        const bool has_failed = failures_left < 1000;
        context.restart();
        context.run_for(5s);
        elsewhere.run_for(5s);
        EXPECT_EQ(called, 1U);
        return has_failed;
    });
}

TEST(EndDeliveryOutOfMemory, TakesNoneToReachAHandlerWithoutAnExecutorOfItsOwn) {
    asio::io_context context;
    unsigned called = 0;
    const asio::any_io_executor io_executor = context.get_executor();
    const auto delivery = std::make_shared<end_delivery>(io_executor);
    std::vector<waiter::owner> waits(3);
    for (auto& wait : waits) {
        wait = waiter::make(
            settings_pointer(), time_point(), [&](error_code, const wait_result&) { ++called; },
            io_executor);
        wait->end(plain_end::cancelled);
    }
    std::optional<std::size_t> left = 0;
    failures_left = 1000;
    {
        const scarce_memory here(left);
        for (auto& wait : waits) {
            delivery->add(std::move(wait));
        }
        context.run();
    }
    EXPECT_EQ(called, 3U);
    EXPECT_EQ(failures_left, 1000U);
}

/// The state machine in want of memory.
class StateOutOfMemory : public ::testing::Test {
protected:
    static constexpr std::size_t for_long = 1'000'000;

    /// Lets `count` allocations fail from now on.
    static void fail(std::size_t count) {
        failures_left = count;
        allocations_left = 0;
    }

    /// Lets the memory for its end fail once.
    wait_options unlucky() {
        wait_options options = wait_script::timeout(60s);
        auto fails_once = [this](const observation& seen) {
            if (seen.state == observed_state::ready && !std::exchange(has_failed, true)) {
                fail(1);
            }
            return seen.state == observed_state::ready;
        };
        options.acceptors =
            std::make_shared<acceptors>(1, acceptor(std::move(fails_once), verdict::ready));
        return options;
    }

    static wait_engine_options one_at_a_time() {
        auto options = wait_script::make_options();
        options.max_in_flight = 1;
        return options;
    }

    ~StateOutOfMemory() override { allocations_left.reset(); }

    bool has_failed = false;
};

TEST_F(StateOutOfMemory, TellsACancelledWaitAndOneAtItsDeadlineWithoutAny) {
    wait_script script;
    auto& cancelled = script.start("a", wait_script::timeout(60s));
    auto& late = script.start("b", wait_script::timeout(3s));
    auto& last = script.start("c", wait_script::timeout(60s));
    script.elapsed = 3s;
    fail(for_long);
    script.state->cancel(cancelled, script.now());
    script.state->advance(script.now());
    script.state->cancel_all(script.now());
    std::vector<const waiter*> over;
    std::size_t cancels = 0;
    over.reserve(0);
    while (auto action = script.state->next_action()) {
        const enough_memory here;
        if (const auto* done = std::get_if<complete_wait>(&*action)) {
            over.push_back(done->over);
        } else {
            cancels += std::holds_alternative<cancel_poll>(*action) ? 1 : 0;
        }
    }
    allocations_left.reset();
    EXPECT_LT(failures_left, for_long) << "it took no memory";
    EXPECT_EQ(over, (std::vector<const waiter*>{&cancelled, &late, &last}));
    EXPECT_EQ(cancels, 3U);
    EXPECT_EQ(cancelled.take_outcome(script.now()).ec, errc::cancelled);
    EXPECT_EQ(last.take_outcome(script.now()).ec, errc::cancelled);
    const auto told = late.take_outcome(script.now());
    EXPECT_EQ(told.ec, error_code(error::deadline_passed));
    EXPECT_EQ(told.result.evidence.elapsed, 3s);
    EXPECT_EQ(script.state->metrics(script.now()).keys, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).waiters, 0U);
}

TEST_F(StateOutOfMemory, SeesAKeyAgainSoonWhoseEndCannotBeTakenInAndTakesInTheOthers) {
    wait_script script(one_at_a_time());
    script.batch.most = 4;
    script.start("first", wait_script::timeout(60s));
    script.start("a", unlucky());
    script.start("b", wait_script::timeout(60s));
    script.start("c", wait_script::timeout(60s));
    script.answer("first", ready());
    auto& last = script.start("d", wait_script::timeout(500ms));
    script.take_log();
    script.answer_batch(answers({ready(), starting(), ready()}));
    EXPECT_EQ(script.take_log(),
              (lines{"0 caught std::bad_alloc", "0 done c ready", "0 poll d until 500"}));
    script.answer("d", starting());
    script.run_until(400ms);
    ASSERT_EQ(script.polls.size(), 1U);
    EXPECT_EQ(script.polls.front().key, "a") << "it is seen again soon";
    script.run_until(500ms);
    EXPECT_TRUE(script.is_done(last));
    script.answer("a", ready());
    script.take_log();
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll b until 11000"});
}

TEST_F(StateOutOfMemory, LeavesThePollsOfOthersAloneWhereAnEndCannotBeTakenIn) {
    wait_script script(one_at_a_time());
    script.batch.most = 4;
    script.start("first", wait_script::timeout(60s));
    auto how = unlucky();
    how.timeout = 5s;
    auto& stuck = script.start("a", how);
    auto& passed = script.start("b", wait_script::timeout(5s));
    script.answer("first", ready());
    script.answer_batch(answers({ready(), starting()}));
    script.batch.most = 0;
    // Takes over the number of the poll that is over.
    auto& other = script.start("other", wait_script::timeout(60s));
    script.take_log();
    script.run_until(5s);
    EXPECT_TRUE(script.is_done(stuck));
    EXPECT_TRUE(script.is_done(passed));
    EXPECT_FALSE(script.is_done(other));
    script.answer("other", ready(5));
    ASSERT_TRUE(script.is_done(other));
    EXPECT_EQ(script.end_of(other).result.exposed_port.port, 5);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
}

TEST_F(StateOutOfMemory, BeginsAPollLaterThatThereWasNoMemoryFor) {
    wait_script script;
    script.start("a", wait_script::timeout(60s));
    script.start("b", wait_script::timeout(60s));
    script.answer("a", starting());
    script.answer("b", starting());
    // Three at once need more than two did.
    auto& third = script.start("c", wait_script::timeout(60s));
    script.answer("c", failed(error::connect_failed));
    script.take_log();
    script.elapsed = 1s;
    fail(for_long);
    script.state->advance(script.now());
    allocations_left.reset();
    const auto wake = script.state->next_wake();
    ASSERT_TRUE(wake);
    script.run_until(2s);
    EXPECT_FALSE(script.is_done(third));
    EXPECT_EQ(script.polls.size(), 3U);
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
