// A table each of whose allocations fails once: the failed call has changed nothing, and works when it is repeated.

#include "poller/room_table.hpp"
#include "support/failing_memory.hpp"

#include <gtest/gtest.h>

#include <new>

namespace roomport::poller {
namespace {

using test::fail_allocations;
using test::stop_failing_allocations;

using namespace std::chrono_literals;

constexpr const char* long_name = "a-room-whose-name-is-too-long-for-a-short-string";
constexpr time_point origin{};

class RoomTableOutOfMemory : public testing::Test {
protected:
    /// Calls until no allocation of a call fails; `check` looks at the table after each that did.
    template <class Call, class Check>
    auto call_until_done(Call call, Check check) {
        for (std::size_t nth = 0;; ++nth) {
            SCOPED_TRACE(nth);
            fail_allocations(nth);
            try {
                auto result = call();
                stop_failing_allocations();
                EXPECT_GT(nth, 0U) << "nothing was tested";
                return result;
            } catch (const std::bad_alloc&) {
                check();
            }
        }
    }

    room_table table{10};
};

TEST_F(RoomTableOutOfMemory, RegistersARoomOrDoesNot) {
    const auto added = call_until_done([&] { return table.add(long_name, origin); },
                                       [&] { EXPECT_EQ(table.waiting(), 0U); });
    EXPECT_EQ(added.what, room_table::registration::kind::begun);
}

TEST_F(RoomTableOutOfMemory, HoldsAnAnswerOrDoesNot) {
    const auto wait = table.add(long_name, origin).number;
    const auto held = call_until_done([&] { return table.hold_answer(long_name, origin + 10s); },
                                      [&] {
                                          EXPECT_EQ(table.held(), 0U);
                                          EXPECT_EQ(table.next_due(), time_point::max());
                                      });
    EXPECT_EQ(table.finish(long_name, wait, room_result(200, ""), origin), room_table::holds{held});
}

TEST_F(RoomTableOutOfMemory, KeepsAResultOrTheWait) {
    const auto wait = table.add(long_name, origin).number;
    const auto held = table.hold_answer(long_name, origin + 10s);
    const auto released =
        call_until_done([&] { return table.finish(long_name, wait, room_result(200, ""), origin); },
                        [&] {
                            EXPECT_EQ(table.waiting(), 1U);
                            EXPECT_EQ(table.held(), 1U);
                        });
    EXPECT_EQ(released, room_table::holds{held});
    EXPECT_EQ(table.done(), 1U);
}

TEST_F(RoomTableOutOfMemory, ReleasesHeldAnswersWithoutAnyMemory) {
    table.add(long_name, origin);
    const room_table::holds due{table.hold_answer(long_name, origin + 10s),
                                table.hold_answer(long_name, origin + 11s)};
    const room_table::holds later{table.hold_answer(long_name, origin + 30s)};
    fail_allocations(0);
    const auto first = table.advance(origin + 20s);
    const auto last = table.release_all();
    const bool needed_none = !stop_failing_allocations();
    EXPECT_TRUE(needed_none);
    EXPECT_EQ(first, due);
    EXPECT_EQ(last, later);
    EXPECT_EQ(table.held(), 0U);
}

TEST_F(RoomTableOutOfMemory, ForgetsARoomWithoutAnyMemory) {
    const auto wait = table.add(long_name, origin).number;
    const auto held = table.hold_answer(long_name, origin + 10s);
    fail_allocations(0);
    const auto others = table.abandon(long_name, wait + 1);
    const auto released = table.abandon(long_name, wait);
    const bool needed_none = !stop_failing_allocations();
    EXPECT_TRUE(needed_none);
    EXPECT_EQ(others, room_table::holds());
    EXPECT_EQ(released, room_table::holds{held});
    EXPECT_FALSE(table.find(long_name));
}

} // namespace
} // namespace roomport::poller
