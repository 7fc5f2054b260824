#include "server/rooms/process_index.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using roomport::time_point;
using roomport::server::process_index;
using slot = process_index::slot;

constexpr auto never = time_point::max();

TEST(ProcessIndex, FindsTheOldestRunningProcessOfTheRegionFirst) {
    process_index index;
    EXPECT_FALSE(index.find_slot("Tokyo"));
    index.update(1, "Tokyo", slot::in_starting, never);
    index.update(2, "Tokyo", slot::in_running, never);
    index.update(3, "Tokyo", slot::in_running, never);
    index.update(0, "Dubai", slot::in_running, never);
    EXPECT_EQ(index.find_slot("Tokyo"), 2U);
    EXPECT_FALSE(index.find_slot("Chicago"));
    EXPECT_FALSE(index.find_slot("Toky"));
}

TEST(ProcessIndex, FallsBackToTheOldestThatIsStarting) {
    process_index index;
    index.update(7, "Tokyo", slot::in_starting, never);
    index.update(5, "Tokyo", slot::in_starting, never);
    index.update(4, "Tokyo", slot::none, never);
    EXPECT_EQ(index.find_slot("Tokyo"), 5U);
    index.update(5, "Tokyo", slot::none, never);
    EXPECT_EQ(index.find_slot("Tokyo"), 7U);
    index.update(7, "Tokyo", slot::in_running, never);
    EXPECT_EQ(index.find_slot("Tokyo"), 7U);
    index.update(7, "Tokyo", slot::none, never);
    EXPECT_FALSE(index.find_slot("Tokyo"));
}

TEST(ProcessIndex, KnowsTheNextDeadlineAndWhatIsDue) {
    process_index index;
    EXPECT_EQ(index.next_deadline(), never);
    index.update(1, "Tokyo", slot::none, time_point(9s));
    index.update(2, "Tokyo", slot::none, time_point(5s));
    index.update(3, "Tokyo", slot::none, time_point(5s));
    EXPECT_EQ(index.next_deadline(), time_point(5s));
    EXPECT_TRUE(index.due(time_point(4s)).empty());
    EXPECT_EQ(index.due(time_point(5s)), (std::vector<std::uint64_t>{2, 3}));
    EXPECT_EQ(index.due(time_point(9s)), (std::vector<std::uint64_t>{1, 2, 3}));
    index.update(2, "Tokyo", slot::none, time_point(20s));
    index.update(3, "Tokyo", slot::none, never);
    EXPECT_EQ(index.due(time_point(10s)), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(index.next_deadline(), time_point(9s));
}

} // namespace
