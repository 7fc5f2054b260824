#include "poller/room_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace roomport::poller {
namespace {

using namespace std::chrono_literals;
using kind = room_table::registration::kind;
using holds = room_table::holds;

const time_point start{1000h};

room_result ready() {
    return {200, R"({"status":"active"})"};
}

class RoomTable : public testing::Test {
protected:
    room_table table{3};
};

TEST_F(RoomTable, BeginsOneWaitForEachRoom) {
    const auto first = table.add("a", start);
    EXPECT_EQ(first.what, kind::begun);
    const auto again = table.add("a", start + 1s);
    EXPECT_EQ(again.what, kind::joined);
    EXPECT_EQ(again.number, first.number);
    const auto other = table.add("b", start);
    EXPECT_EQ(other.what, kind::begun);
    EXPECT_NE(other.number, first.number);
    EXPECT_EQ(table.waiting(), 2U);
    EXPECT_EQ(table.find("a")->since, start);
}

TEST_F(RoomTable, KnowsOnlyWhatWasRegistered) {
    EXPECT_FALSE(table.find("a"));
    EXPECT_FALSE(table.remove("a").known);
}

TEST_F(RoomTable, TellsWhatTheWaitHasSeen) {
    const auto wait = table.add("a", start).number;
    table.note("a", wait, "starting", 3);
    const auto seen = table.find("a");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->last_status, "starting");
    EXPECT_EQ(seen->polls, 3U);
    EXPECT_EQ(seen->result, nullptr);
}

TEST_F(RoomTable, KeepsAResultForTenMinutes) {
    const auto wait = table.add("a", start).number;
    ASSERT_TRUE(table.finish("a", wait, ready(), start + 5s));
    EXPECT_EQ(table.find("a")->result->http_status, 200);
    EXPECT_EQ(table.next_due(), start + 5s + 10min);
    table.advance(start + 5s + 10min - 1ns);
    EXPECT_TRUE(table.find("a"));
    table.advance(start + 5s + 10min);
    EXPECT_FALSE(table.find("a"));
    EXPECT_EQ(table.done(), 0U);
    EXPECT_EQ(table.next_due(), time_point::max());
}

TEST_F(RoomTable, WaitsAnewForARoomThatIsDone) {
    const auto first = table.add("a", start).number;
    table.finish("a", first, ready(), start);
    const auto second = table.add("a", start + 1min);
    EXPECT_EQ(second.what, kind::begun);
    EXPECT_EQ(table.find("a")->result, nullptr);
    table.advance(start + 10min);
    EXPECT_TRUE(table.find("a")) << "the first result's time is nothing to the second wait";
}

TEST_F(RoomTable, HearsNothingOfAWaitThatWasGivenUp) {
    const auto first = table.add("a", start).number;
    EXPECT_EQ(table.remove("a").abandoned, first);
    EXPECT_FALSE(table.finish("a", first, ready(), start));
    EXPECT_FALSE(table.find("a"));
    table.add("a", start);
    table.note("a", first, "starting", 9);
    EXPECT_EQ(table.find("a")->polls, 0U);
    EXPECT_FALSE(table.finish("a", first, ready(), start));
    EXPECT_EQ(table.find("a")->result, nullptr);
}

TEST_F(RoomTable, TakesNoMoreRoomsThanAllowed) {
    const auto first = table.add("a", start).number;
    table.add("b", start);
    EXPECT_FALSE(table.is_full());
    table.add("c", start);
    EXPECT_TRUE(table.is_full());
    EXPECT_EQ(table.add("d", start).what, kind::full);
    EXPECT_EQ(table.add("a", start).what, kind::joined) << "it is there already";
    table.finish("a", first, ready(), start);
    EXPECT_EQ(table.add("d", start).what, kind::full) << "results take their place";
    EXPECT_EQ(table.add("a", start).what, kind::begun) << "it has its place already";
    table.remove("b");
    EXPECT_EQ(table.add("d", start).what, kind::begun);
}

TEST_F(RoomTable, AnOldResultMakesPlace) {
    for (const auto* room : {"a", "b", "c"}) {
        table.finish(room, table.add(room, start).number, ready(), start);
    }
    EXPECT_EQ(table.next_expiry(), start + 10min);
    table.advance(start + 10min);
    EXPECT_EQ(table.add("d", start + 10min).what, kind::begun);
}

TEST_F(RoomTable, GivesHeldAnswersWhenTheRoomIsDone) {
    const auto wait = table.add("a", start).number;
    table.add("b", start);
    const auto one = table.hold_answer("a", start + 30s);
    const auto two = table.hold_answer("a", start + 20s);
    table.hold_answer("b", start + 10s);
    EXPECT_EQ(table.finish("a", wait, ready(), start + 1s), (holds{one, two}));
    EXPECT_EQ(table.held(), 1U);
}

TEST_F(RoomTable, GivesHeldAnswersWhenTheirTimeHasCome) {
    table.add("a", start);
    const auto late = table.hold_answer("a", start + 30s);
    const auto early = table.hold_answer("a", start + 10s);
    EXPECT_EQ(table.next_due(), start + 10s);
    EXPECT_TRUE(table.advance(start + 10s - 1ns).empty());
    EXPECT_EQ(table.advance(start + 10s), holds{early});
    EXPECT_EQ(table.advance(start + 1h), holds{late});
    EXPECT_TRUE(table.find("a"));
}

TEST_F(RoomTable, GivesHeldAnswersWhenTheRoomIsForgotten) {
    table.add("a", start);
    const auto held = table.hold_answer("a", start + 30s);
    EXPECT_EQ(table.remove("a").released, holds{held});
    EXPECT_EQ(table.next_due(), time_point::max());
}

TEST_F(RoomTable, HoldsNothingForACallerWhoHasLeft) {
    const auto wait = table.add("a", start).number;
    const auto held = table.hold_answer("a", start + 30s);
    table.drop(held);
    table.drop(held);
    EXPECT_EQ(table.held(), 0U);
    EXPECT_EQ(table.next_due(), time_point::max());
    EXPECT_EQ(table.finish("a", wait, ready(), start), holds{});
}

TEST_F(RoomTable, GivesEveryHeldAnswerAtTheEnd) {
    table.add("a", start);
    table.add("b", start);
    table.hold_answer("a", start + 30s);
    table.hold_answer("b", start + 20s);
    EXPECT_EQ(table.release_all().size(), 2U);
    EXPECT_EQ(table.held(), 0U);
}

// Whatever happens, every held answer is given once, nothing is kept too long, and the counts are right.
TEST(RoomTableAtRandom, LosesNothingOverAYear) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const auto below = [&random](unsigned limit) {
            return std::uniform_int_distribution<unsigned>(0, limit - 1)(random);
        };
        room_table table(8);
        std::map<std::string, room_table::ticket> waits;
        std::map<std::string, time_point> results;
        std::map<room_table::hold, time_point> held;
        const auto given = [&held](const holds& all) {
            for (const auto each : all) {
                EXPECT_EQ(held.erase(each), 1U);
            }
        };
        time_point now = start;
        for (int step = 0; step < 20'000; ++step) {
            now += std::chrono::milliseconds(below(3'000'000));
            given(table.advance(now));
            std::erase_if(results, [now](const auto& each) { return each.second <= now; });
            const std::string room(1, static_cast<char>('a' + below(12)));
            const auto wait = waits.find(room);
            switch (below(5)) {
            case 0: {
                const auto added = table.add(room, now);
                const bool is_known = wait != waits.end() || results.contains(room);
                const bool is_full = waits.size() + results.size() == 8;
                ASSERT_EQ(added.what == kind::full, !is_known && is_full);
                ASSERT_EQ(added.what == kind::joined, wait != waits.end());
                if (added.what == kind::begun) {
                    waits[room] = added.number;
                    results.erase(room);
                }
                break;
            }
            case 1:
                if (wait != waits.end()) {
                    const auto released = table.finish(room, wait->second, ready(), now);
                    ASSERT_TRUE(released);
                    given(*released);
                    waits.erase(wait);
                    results[room] = now + 10min;
                }
                break;
            case 2: {
                const auto removed = table.remove(room);
                ASSERT_EQ(removed.known, wait != waits.end() || results.contains(room));
                given(removed.released);
                waits.erase(room);
                results.erase(room);
                break;
            }
            case 3:
                if (wait != waits.end()) {
                    const auto until = now + std::chrono::milliseconds(below(5'000'000));
                    held[table.hold_answer(room, until)] = until;
                }
                break;
            default:
                if (!held.empty()) {
                    table.drop(held.begin()->first);
                    held.erase(held.begin());
                }
            }
            ASSERT_EQ(table.waiting(), waits.size());
            ASSERT_EQ(table.done(), results.size());
            ASSERT_EQ(table.held(), held.size());
            for (const auto& [number, until] : held) {
                ASSERT_GE(until, now);
            }
        }
    }
}

} // namespace
} // namespace roomport::poller
