#include "recording_cadence.hpp"
#include "wait_script.hpp"

#include "wait/tick_grid.hpp"

#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

wait_engine_options ticking(duration tick) {
    auto options = wait_script::make_options();
    options.tick = tick;
    return options;
}

TEST(TickGrid, RoundsToItsPoints) {
    const tick_grid grid(5ms);
    const time_point origin = time_point() + 1h;
    EXPECT_EQ(grid.at_or_after(origin), origin);
    EXPECT_EQ(grid.at_or_after(origin + 1ns), origin + 5ms);
    EXPECT_EQ(grid.at_or_after(origin + 5ms), origin + 5ms);
    EXPECT_EQ(grid.at_or_before(origin + 4999us), origin);
    EXPECT_EQ(grid.at_or_before(origin + 5ms), origin + 5ms);
}

TEST(TickGrid, WithoutATickTakesEveryTime) {
    for (const duration tick : {duration(0s), duration(-1s)}) {
        const tick_grid grid(tick);
        const time_point when = time_point() + 1234567ns;
        EXPECT_EQ(grid.at_or_after(when), when);
        EXPECT_EQ(grid.at_or_before(when), when);
    }
}

TEST(TickGrid, HasBoundedTicksAndDoesNotOverflow) {
    const tick_grid grid(1h);
    EXPECT_EQ(grid.at_or_after(time_point() + 1ns), time_point() + 1s);
    EXPECT_EQ(grid.at_or_after(time_point::max()), time_point::max());
    EXPECT_EQ(grid.at_or_after(time_point::min()), time_point::min());
}

TEST(Ticks, LetPollsThatAreDueWithinOneBeginTogether) {
    wait_script script(ticking(50ms));
    for (int key = 0; key < 4; ++key) {
        script.run_until(key * 10ms + 1ms);
        script.start(std::to_string(key), wait_script::timeout(60s));
        script.answer(std::to_string(key), starting());
    }
    script.take_log();
    ASSERT_TRUE(script.state->next_wake());
    EXPECT_EQ(*script.state->next_wake(), script.begin + 1050ms);
    script.run_until(1050ms);
    EXPECT_EQ(script.take_log().size(), 4U);
}

TEST(Ticks, DoNotDelayTheFirstPoll) {
    wait_script script(ticking(50ms));
    script.run_until(3ms);
    script.start("a", wait_script::timeout(60s));
    EXPECT_EQ(script.take_log(), lines{"3 poll a until 10003"});
}

TEST(Ticks, DoNotDelayAPollThatIsToComeAtOnce) {
    auto options = ticking(50ms);
    auto policy = std::make_shared<recording_cadence>();
    policy->next_pause = 0s;
    options.cadence = policy;
    wait_script script(options);
    script.start("a", wait_script::timeout(60s));
    script.run_until(7ms);
    script.answer("a", starting());
    EXPECT_EQ(script.take_log(), (lines{"0 poll a until 10000", "7 poll a until 10007"}));
}

TEST(Ticks, LeaveDeadlinesExact) {
    wait_script script(ticking(1s));
    auto& wait = script.start("a", wait_script::timeout(2345ms));
    script.answer("a", starting());
    script.run_until(3s);
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).at, 2345ms);
}

TEST(Ticks, PutTheLastPollEarlierRatherThanLater) {
    auto options = ticking(50ms);
    options.cadence = fixed_cadence(10s);
    wait_script script(options);
    script.start("a", wait_script::timeout(2345ms));
    script.run_until(40ms);
    script.answer("a", starting());
    script.take_log();
    script.run_until(2300ms);
    // 120 ms before the deadline would be 2225.
    EXPECT_EQ(script.take_log(), lines{"2200 poll a until 2345"});
}

TEST(Ticks, OfZeroLeaveEachPollItsOwnTime) {
    wait_script script(ticking(0s));
    script.run_until(1ms);
    script.start("a", wait_script::timeout(60s));
    script.answer("a", starting());
    script.take_log();
    script.run_until(1001ms);
    EXPECT_EQ(script.take_log(), lines{"1001 poll a until 11001"});
}

TEST(Ticks, NeverComeBeforeRetryAfter) {
    wait_script script(ticking(1s));
    script.start("a", wait_script::timeout(60s));
    observation busy = failed_status(429);
    busy.not_before = script.now() + 2500ms;
    script.answer("a", busy);
    script.take_log();
    script.run_until(2999ms);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(10s);
    EXPECT_EQ(script.polls.size(), 1U);
}

} // namespace
} // namespace roomport::wait_detail
