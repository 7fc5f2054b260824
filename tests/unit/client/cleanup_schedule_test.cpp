#include "client/cleanup_schedule.hpp"

#include <gtest/gtest.h>

namespace roomport {
namespace {

using namespace std::chrono_literals;

constexpr time_point began{100s};

TEST(CleanupSchedule, KeepsToTheBackoffAndTheServersWish) {
    const cleanup_schedule schedule(began, false);
    EXPECT_EQ(schedule.next(began + 1s, 300ms, false, std::nullopt), began + 1300ms);
    EXPECT_EQ(schedule.next(began + 1s, 300ms, false, began + 2s), began + 2s);
}

TEST(CleanupSchedule, HasALastAttemptHoweverLongTheBackoffIs) {
    const cleanup_schedule schedule(began, false);
    const auto last = schedule.next(began + 1400ms, 5s, false, std::nullopt);
    ASSERT_TRUE(last);
    EXPECT_GT(*last, began + 3s);
    EXPECT_LE(*last, schedule.deadline() - 500ms);
    EXPECT_FALSE(schedule.next(*last, 5s, false, std::nullopt));
}

TEST(CleanupSchedule, EndsWhereTheServerWantsNoAttemptBeforeItsEnd) {
    const cleanup_schedule schedule(began, false);
    EXPECT_EQ(schedule.deadline(), began + 5s);
    EXPECT_FALSE(schedule.next(began + 1s, 100ms, false, began + 6s));
}

TEST(CleanupSchedule, AsksForARoomThatMayStillAppearUntilNoCreationCanBeUnderWay) {
    const cleanup_schedule known(began, false);
    EXPECT_TRUE(known.believes_gone(began));
    const cleanup_schedule unknown(began, true);
    EXPECT_FALSE(unknown.believes_gone(began + 1200ms));
    const auto next = unknown.next(began + 1200ms, 5s, true, std::nullopt);
    ASSERT_TRUE(next);
    EXPECT_TRUE(unknown.believes_gone(*next));
}

} // namespace
} // namespace roomport
