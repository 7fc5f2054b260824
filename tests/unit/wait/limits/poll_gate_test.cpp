#include "wait/limits/poll_gate.hpp"

#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

constexpr time_point gate_now{std::chrono::seconds(1000)};

std::size_t polls_let_in(poll_gate& gate) {
    std::size_t count = 0;
    for (; gate.open(gate_now); ++count) {
        gate.begin(false, gate_now);
    }
    return count;
}

TEST(PollGate, BeginsNoMorePollsThanTheObserverHasRoomFor) {
    poll_gate gate(6, 4, 0);
    gate.offer(2);
    EXPECT_EQ(polls_let_in(gate), 2U);
    gate.offer(6);
    EXPECT_EQ(polls_let_in(gate), 4U);
}

TEST(PollGate, AnObserverWithMoreRoomThanTheEngineIsNotAsked) {
    poll_gate gate(6, 4, 0);
    gate.offer(100);
    EXPECT_EQ(polls_let_in(gate), 6U);
}

TEST(PollGate, OnePollIsPossibleHoweverLittleRoomThereIs) {
    poll_gate gate(6, 4, 0);
    gate.offer(0);
    EXPECT_EQ(polls_let_in(gate), 1U);
}

TEST(PollGate, LongPollsGiveWayWhenThereIsRoomForNoMore) {
    poll_gate gate(6, 4, 0);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(gate.open_for_hold(gate_now, 10));
        gate.begin(true, gate_now);
    }
    EXPECT_FALSE(gate.all_held());
    gate.offer(1);
    EXPECT_TRUE(gate.all_held());
    EXPECT_FALSE(gate.open_for_hold(gate_now, 10));
}

} // namespace
} // namespace roomport::wait_detail
