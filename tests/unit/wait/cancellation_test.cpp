#include "engine_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <memory>
#include <thread>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

namespace asio = boost::asio;

class Cancellation : public engine_fixture {
protected:
    /// A wait with a signal of its own.
    void start(std::optional<outcome>& end, wait_options options = wait_options()) {
        engine->async_wait("room", std::move(options),
                           asio::bind_cancellation_slot(signal.slot(), store(end)));
    }

    void emit(asio::cancellation_type type = asio::cancellation_type::terminal) {
        signal.emit(type);
    }

    /// Runs until the observer was asked `polls` times.
    void run_until_polls(unsigned polls) {
        for (int step = 0; source->polls < polls && step < 100000; ++step) {
            context.run_one_for(1s);
        }
        ASSERT_GE(source->polls, polls);
    }

    asio::cancellation_signal signal;
};

TEST_F(Cancellation, BeforeTheContextRunsSendsNothing) {
    make_engine(never_ready());
    std::optional<outcome> end;
    start(end);
    emit();
    EXPECT_FALSE(end);
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
    EXPECT_LE(source->polls, 1U);
}

TEST_F(Cancellation, DuringAPollCancelsThePoll) {
    make_engine(never_ready(), 1h);
    std::optional<outcome> end;
    start(end);
    run_until_polls(1);
    emit();
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
    EXPECT_EQ(source->cancelled, 1U);
    EXPECT_EQ(engine->metrics().in_flight, 0U);
}

TEST_F(Cancellation, BetweenPollsEndsTheWaitWithItsEvidence) {
    auto options = quick_options();
    options.cadence = fixed_cadence(1h);
    make_engine(never_ready(), 1ms, options);
    std::optional<outcome> end;
    wait_options how;
    how.timeout = 2h;
    how.on_progress = [this](const wait_event&) {
        emit();
    };
    start(end, how);
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
    EXPECT_EQ(end->result.evidence.polls, 1U);
    EXPECT_EQ(end->result.evidence.last_status, "starting");
}

TEST_F(Cancellation, DuringAHeldPollCancelsIt) {
    make_engine([](const std::string&, unsigned) { return starting(1h); });
    std::optional<outcome> end;
    start(end, wait_script::timeout(1h));
    run_until_polls(2);
    emit();
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
    EXPECT_EQ(source->cancelled, 1U);
    EXPECT_EQ(engine->metrics().held, 0U);
}

TEST_F(Cancellation, WhenTheOutcomeIsOnItsWayChangesNothing) {
    make_engine(ready_at(1));
    std::optional<outcome> end;
    wait_options options;
    options.on_progress = [this](const wait_event& event) {
        if (event.what == wait_event::kind::ready) {
            emit();
        }
    };
    start(end, options);
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->ec.failed());
    emit();
    ASSERT_TRUE(run_to_end());
}

TEST_F(Cancellation, OfEveryTypeIsTaken) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        make_engine(never_ready(), 1h);
        std::optional<outcome> end;
        start(end);
        run_until_polls(1);
        emit(type);
        ASSERT_TRUE(run_to_end());
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, errc::cancelled);
        context.restart();
    }
}

TEST_F(Cancellation, OfOneWaiterLeavesTheOthers) {
    make_engine(ready_at(5));
    std::optional<outcome> leaver;
    std::optional<outcome> stayer;
    start(leaver);
    engine->async_wait("room", wait_options(), store(stayer));
    run_until_polls(2);
    emit();
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(leaver && stayer);
    EXPECT_EQ(leaver->ec, errc::cancelled);
    EXPECT_FALSE(stayer->ec.failed());
    EXPECT_EQ(source->cancelled, 0U);
}

TEST_F(Cancellation, OfAllDoesNotTouchWaitsThatBeginAfterwards) {
    make_engine(ready_at(3));
    std::vector<std::optional<outcome>> before(5);
    for (auto& end : before) {
        engine->async_wait("early", wait_options(), store(end));
    }
    engine->cancel();
    std::optional<outcome> after;
    engine->async_wait("late", wait_options(), store(after));
    ASSERT_TRUE(run_to_end());
    for (const auto& end : before) {
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, errc::cancelled);
    }
    ASSERT_TRUE(after);
    EXPECT_FALSE(after->ec.failed());
}

TEST_F(Cancellation, OfThousandsLeavesRoomForOthersAndEndsEach) {
    make_engine(ready_at(1), 1h);
    std::size_t cancelled = 0;
    constexpr std::size_t many = 3000;
    for (std::size_t wait = 0; wait < many; ++wait) {
        engine->async_wait(
            std::to_string(wait / 2), wait_options(),
            [&](error_code ec, const wait_result&) { cancelled += ec == errc::cancelled ? 1 : 0; });
    }
    run_until_polls(6);
    engine->cancel();
    std::size_t cancelled_before = many;
    asio::post(context, [&] { asio::post(strand, [&] { cancelled_before = cancelled; }); });
    ASSERT_TRUE(run_to_end());
    EXPECT_EQ(cancelled, many);
    EXPECT_LT(cancelled_before, many) << "what came meanwhile had its turn";
    EXPECT_EQ(source->polls, 6U) << "no poll begins for a wait that is about to end";
}

TEST_F(Cancellation, OfOneWaitWhileAllAreBeingCancelledIsTakenToo) {
    make_engine(ready_at(1), 1h);
    std::vector<std::optional<outcome>> ends(600);
    for (std::size_t wait = 0; wait + 1 < ends.size(); ++wait) {
        engine->async_wait(std::to_string(wait), wait_options(), store(ends[wait]));
    }
    engine->async_wait("last", wait_options(),
                       asio::bind_cancellation_slot(signal.slot(), store(ends.back())));
    engine->cancel();
    asio::post(strand, [&] { emit(); });
    ASSERT_TRUE(run_to_end());
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, errc::cancelled);
    }
}

TEST_F(Cancellation, ByDestructionEndsEveryWait) {
    make_engine(never_ready(), 1h);
    std::vector<std::optional<outcome>> ends(20);
    for (std::size_t index = 0; index < ends.size(); ++index) {
        engine->async_wait(std::to_string(index / 2), wait_options(), store(ends[index]));
    }
    run_until_polls(6);
    engine.reset();
    ASSERT_TRUE(run_to_end());
    for (const auto& end : ends) {
        ASSERT_TRUE(end);
        EXPECT_EQ(end->ec, errc::cancelled);
    }
}

TEST_F(Cancellation, ByDestructionBeforeTheContextRunsStillCallsTheHandler) {
    make_engine(never_ready());
    std::optional<outcome> end;
    engine->async_wait("room", wait_options(), store(end));
    engine.reset();
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
}

TEST_F(Cancellation, MeetsADeferredWaitThatIsLaunchedAfterTheEngineHasGone) {
    make_engine(never_ready());
    auto later = engine->async_wait("room", wait_options(), asio::deferred);
    engine.reset();
    ASSERT_TRUE(run_to_end());
    std::optional<outcome> end;
    std::move(later)(store(end));
    ASSERT_TRUE(run_to_end());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->ec, errc::cancelled);
}

TEST(Teardown, OfTheContextInMidWaitFreesEverythingUncalled) {
    auto guard = std::make_shared<int>(0);
    const std::weak_ptr<int> handler_alive = guard;
    {
        asio::io_context context;
        const auto strand = asio::make_strand(context);
        auto source = std::make_shared<scripted_observer>(
            strand, 1h, [](const std::string&, unsigned) { return starting(); });
        wait_engine engine(strand, context.get_executor(), source, wait_engine_options());
        engine.async_wait("room", wait_options(), [guard](error_code, const wait_result&) {
            ADD_FAILURE() << "nobody runs the context any more";
        });
        guard.reset();
        context.poll();
        EXPECT_EQ(source->polls, 1U);
        EXPECT_FALSE(handler_alive.expired());
    }
    EXPECT_TRUE(handler_alive.expired());
}

TEST(Teardown, OfAContextThatNeverRanFreesEverything) {
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    auto source = std::make_shared<scripted_observer>(
        strand, 1ms, [](const std::string&, unsigned) { return starting(); });
    wait_engine engine(strand, context.get_executor(), source, wait_engine_options());
    engine.async_wait("room", wait_options(),
                      [](error_code, const wait_result&) { ADD_FAILURE(); });
}

} // namespace
} // namespace roomport::wait_detail
