#include "wait_script.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// A script in which "a" is starting and the server holds answers for up to 20 s; its first long poll has begun.
class HeldPolls : public ::testing::Test {
protected:
    HeldPolls() { begin_held("a", 60s); }

    waiter& begin_held(const std::string& key, duration timeout) {
        auto& wait = script.start(key, wait_script::timeout(timeout));
        script.answer(key, starting(20s));
        return wait;
    }

    wait_script script;
};

TEST_F(HeldPolls, FollowTheAnswerThatAnnouncesThemAtOnce) {
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 10000", "0 poll a hold 20000 until 30000"}));
    EXPECT_EQ(script.state->metrics(script.now()).held, 1U);
    script.run_until(20s);
    script.answer("a", starting(20s, true));
    EXPECT_EQ(script.take_log(), lines{"20000 poll a hold 20000 until 50000"});
    script.run_until(21s);
    script.answer("a", ready());
    EXPECT_EQ(script.take_log(), lines{"21000 done a ready"});
}

/// A script whose observer knows that keys are held for up to 20 s, and whose cadence lets new keys be for a while.
class HeldPollsOfNewKeys : public ::testing::Test {
protected:
    HeldPollsOfNewKeys() : script(own_cadence()) { script.hold_limit = 20s; }

    static wait_engine_options own_cadence() {
        auto options = wait_script::make_options();
        options.cadence = nullptr;
        return options;
    }

    waiter& start_new(const std::string& key) {
        auto options = wait_script::timeout(60s);
        options.created_at = script.now();
        return script.start(key, std::move(options));
    }

    wait_script script;
};

TEST_F(HeldPollsOfNewKeys, ComeFirst) {
    start_new("a");
    EXPECT_EQ(script.take_log(), lines{"0 poll a hold 20000 until 30000"});
    script.run_until(10s);
    script.answer("a", ready());
    EXPECT_EQ(script.take_log(), lines{"10000 done a ready"});
}

TEST_F(HeldPollsOfNewKeys, AreNotTriedAgainAtOnceWhenDropped) {
    start_new("a");
    script.take_log();
    script.answer("a", failed(error::connection_closed, true));
    EXPECT_EQ(script.take_log(), lines{});
    while (script.polls.empty()) {
        script.run_until(*script.state->next_wake() - script.begin);
    }
    EXPECT_EQ(script.polls.front().hold, duration::zero());
}

TEST_F(HeldPollsOfNewKeys, AreNotOfferedAnyMoreWhenAnAnswerSaysSo) {
    script.start("a", wait_script::timeout(60s));
    EXPECT_EQ(script.take_log(), lines{"0 poll a until 10000"});
    script.answer("a", starting());
    start_new("b");
    EXPECT_EQ(script.take_log(), lines{});
}

TEST_F(HeldPolls, EndInTimeForTheDeadline) {
    script.run_until(20s);
    script.answer("a", starting(20s, true));
    script.run_until(40s);
    script.take_log();
    script.answer("a", starting(20s, true));
    // One sample of 0 ms: a margin of 50 ms remains.
    EXPECT_EQ(script.take_log(), lines{"40000 poll a hold 19950 until 60000"});
}

TEST_F(HeldPolls, AnsweredAtOnceFallBackToTheCadence) {
    script.take_log();
    script.run_until(5ms);
    script.answer("a", starting(20s, true));
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a until 11000"});
}

/// How many polls a wait of a minute takes at a server that announces held answers and gives these for them.
std::uint64_t polls_where_holds_get(const observation& held) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(60s));
    for (int step = 0; step < 10000 && !script.is_done(wait); ++step) {
        if (script.polls.empty()) {
            script.run_until(*script.state->next_wake() - script.begin);
        } else {
            const bool is_held = script.polls.front().hold > duration::zero();
            script.answer("a", is_held ? held : starting(20s));
        }
    }
    EXPECT_TRUE(script.is_done(wait));
    return script.state->metrics(script.now()).polls;
}

TEST(HeldPollsIgnored, DoNotBecomeABusyLoop) {
    EXPECT_LE(polls_where_holds_get(starting(20s, true)), 70U);
}

TEST(HeldPollsThatFail, DoNotBecomeABusyLoop) {
    // A proxy in between that can't hold, say.
    observation busy = failed_status(503);
    busy.held = true;
    EXPECT_LE(polls_where_holds_get(busy), 80U);
}

TEST_F(HeldPolls, DroppedAreNotFailedPolls) {
    wait_options hasty = wait_script::timeout(60s);
    hasty.max_failures = 1;
    auto& wait = script.start("a", hasty);
    script.take_log();
    script.run_until(8s);
    script.answer("a", failed(error::connection_closed, true));
    EXPECT_FALSE(script.is_done(wait));
    EXPECT_EQ(script.state->metrics(script.now()).failures, 0U);
    EXPECT_EQ(script.take_log(), lines{"8000 poll a until 18000"}) << "an ordinary poll takes over";
    script.answer("a", starting(20s));
    EXPECT_EQ(script.take_log(), lines{"8000 poll a hold 20000 until 38000"});
    script.cancel(wait);
    EXPECT_EQ(script.evidence_of(wait).polls, 2U);
    EXPECT_EQ(script.evidence_of(wait).consecutive_failures, 0U);
}

TEST_F(HeldPolls, ThatFailOtherwiseAreFailedPolls) {
    wait_options hasty = wait_script::timeout(60s);
    hasty.max_failures = 1;
    auto& wait = script.start("a", hasty);
    observation busy = failed_status(503);
    busy.held = true;
    script.answer("a", busy);
    EXPECT_TRUE(script.is_done(wait));
}

TEST_F(HeldPolls, AreCancelledWithTheLastWaiter) {
    script.take_log();
    script.cancel(*script.waiters.front());
    EXPECT_EQ(script.take_log(), (lines{"0 done a cancelled", "0 cancel poll a"}));
    script.answer("a", failed(boost::asio::error::operation_aborted, true));
    EXPECT_EQ(script.state->metrics(script.now()).held, 0U);
    EXPECT_FALSE(script.state->next_wake());
}

TEST_F(HeldPolls, DoNotStarveAJoinerWithANearerDeadline) {
    script.take_log();
    script.run_until(2s);
    auto& joiner = script.start("a", wait_script::timeout(3s));
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(4950ms);
    EXPECT_EQ(script.take_log(), lines{"4950 poll a until 14950"});
    script.run_until(4955ms);
    ASSERT_EQ(script.polls.size(), 2U);
    const poll_id ordinary = script.polls.back().id;
    script.polls.pop_back();
    script.answer(ordinary, ready());
    EXPECT_TRUE(script.is_done(joiner));
    EXPECT_EQ(script.take_log(),
              (lines{"4955 done a ready", "4955 done a ready", "4955 cancel poll a"}));
}

TEST_F(HeldPolls, ThatAreOverdueNoLongerSuspendTheCadence) {
    script.take_log();
    script.run_until(20999ms);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(21s);
    EXPECT_EQ(script.take_log(), lines{"21000 poll a until 31000"});
}

TEST(HeldPollsLimits, GoToTheNearestDeadlinesAndTheOthersPoll) {
    auto options = wait_script::make_options();
    options.max_held = 1;
    wait_script limited(options);
    limited.start("far", wait_script::timeout(100s));
    limited.answer("far", starting(20s));
    limited.start("near", wait_script::timeout(50s));
    limited.answer("near", starting(20s));
    limited.take_log();
    limited.run_until(1s);
    EXPECT_EQ(limited.take_log(), lines{"1000 poll near until 11000"});
    limited.answer("near", starting(20s));
    limited.run_until(1500ms);
    limited.answer("far", failed(error::connection_closed, true));
    EXPECT_EQ(limited.take_log(),
              (lines{"1500 poll far until 11500", "1500 poll near hold 20000 until 31500"}));
    limited.answer("far", starting(20s));
    EXPECT_EQ(limited.state->metrics(limited.now()).held, 1U);
    limited.take_log();
    limited.run_until(2500ms);
    EXPECT_EQ(limited.take_log(), lines{"2500 poll far until 12500"});
}

TEST(HeldPollsLimits, LeaveAPlaceForOrdinaryPolls) {
    auto options = wait_script::make_options();
    options.max_in_flight = 3;
    options.max_held = 3;
    wait_script script(options);
    for (const char* key : {"a", "b", "c"}) {
        script.start(key, wait_script::timeout(60s));
        script.answer(key, starting(20s));
    }
    EXPECT_EQ(script.state->metrics(script.now()).held, 2U);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 2U);
}

TEST(HeldPollsLimits, TheOnlyPlaceIsGivenUpForAnotherKey) {
    auto options = wait_script::make_options();
    options.max_in_flight = 1;
    options.max_held = 1;
    wait_script script(options);
    auto& first = script.start("a", wait_script::timeout(60s));
    script.answer("a", starting(20s));
    EXPECT_EQ(script.state->metrics(script.now()).held, 1U);
    script.take_log();
    script.start("b", wait_script::timeout(60s));
    EXPECT_EQ(script.take_log(), lines{"0 cancel poll a"});
    script.answer("a", failed(boost::asio::error::operation_aborted, true));
    EXPECT_EQ(script.take_log(), lines{"0 poll b until 10000"});
    EXPECT_FALSE(script.is_done(first));
    script.answer("b", starting(20s));
    EXPECT_EQ(script.state->metrics(script.now()).held, 0U);
    script.run_until(1s);
    script.take_log();
    script.cancel(first);
    EXPECT_EQ(script.state->metrics(script.now()).keys, 1U);
}

TEST(HeldPollsLimits, ZeroMeansNever) {
    auto options = wait_script::make_options();
    options.max_held = 0;
    wait_script script(options);
    script.start("a", wait_script::timeout(60s));
    script.answer("a", starting(20s));
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
}

TEST(HeldPollsLimits, RespectRetryAfter) {
    wait_script script;
    script.start("a", wait_script::timeout(60s));
    observation seen = starting(20s);
    seen.not_before = script.now() + 3s;
    script.answer("a", seen);
    script.take_log();
    script.run_until(2999ms);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(3s);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 1U);
}

} // namespace
} // namespace roomport::wait_detail
