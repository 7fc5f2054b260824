#include "hathora/batch_choice.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace roomport::hathora {
namespace {

using namespace std::chrono_literals;

class BatchChoice : public testing::Test {
protected:
    static batch_choice make(bool endpoint, bool list) {
        batch_choice::settings with;
        with.use_endpoint = endpoint;
        with.use_process_list = list;
        return batch_choice(with);
    }

    batch_terms terms() const { return both.terms(now); }
    batch_way way() const { return both.way(now); }

    time_point now{1h};
    batch_choice both = make(true, true);
};

TEST_F(BatchChoice, UsesTheListUntilTheEndpointIsAnnounced) {
    EXPECT_EQ(way(), batch_way::process_list);
    EXPECT_EQ(terms().least, 10U);
    EXPECT_EQ(terms().hold_limit, duration::zero());
    both.announced(200, 25s);
    EXPECT_EQ(way(), batch_way::endpoint);
    EXPECT_EQ(terms().least, 2U);
    EXPECT_EQ(terms().most, 200U);
    EXPECT_EQ(terms().hold_limit, duration(25s));
    both.announced(0, 25s);
    EXPECT_EQ(way(), batch_way::process_list);
}

TEST_F(BatchChoice, UsesNothingThatIsTurnedOff) {
    auto neither = make(false, false);
    neither.announced(200, 25s);
    EXPECT_EQ(neither.way(now), batch_way::none);
    EXPECT_LT(neither.terms(now).most, neither.terms(now).least);
}

TEST_F(BatchChoice, AsksAboutFewerRoomsWhereIdsAreLong) {
    both.announced(200, 25s);
    both.saw_id(20);
    EXPECT_EQ(terms().most, 200U);
    both.saw_id(100);
    EXPECT_EQ(terms().most, 69U);
    both.saw_id(20);
    EXPECT_EQ(terms().most, 69U);
}

TEST_F(BatchChoice, AsksAboutHalfAsManyAfterATargetThatWasTooLong) {
    both.announced(200, 25s);
    both.endpoint_ended(batch_end::too_long, 200, now);
    EXPECT_EQ(terms().most, 100U);
    both.endpoint_ended(batch_end::too_long, 60, now);
    EXPECT_EQ(terms().most, 30U);
    both.endpoint_ended(batch_end::good, 30, now);
    EXPECT_EQ(terms().most, 30U);
    both.endpoint_ended(batch_end::too_long, 3, now);
    EXPECT_EQ(way(), batch_way::process_list);
}

TEST_F(BatchChoice, LeavesARefusedEndpointAloneForAWhileThatGrows) {
    both.announced(200, 25s);
    both.endpoint_ended(batch_end::refused, 5, now);
    both.announced(200, 25s);
    EXPECT_NE(way(), batch_way::endpoint);
    now += 59s;
    EXPECT_NE(way(), batch_way::endpoint);
    now += 1s;
    EXPECT_EQ(way(), batch_way::endpoint);
    both.endpoint_ended(batch_end::refused, 5, now);
    now += 119s;
    EXPECT_NE(way(), batch_way::endpoint);
    now += 1s;
    EXPECT_EQ(way(), batch_way::endpoint);
    both.endpoint_ended(batch_end::good, 5, now);
    both.endpoint_ended(batch_end::refused, 5, now);
    now += 60s;
    EXPECT_EQ(way(), batch_way::endpoint);
}

TEST_F(BatchChoice, LeavesAnEndpointAloneForSecondsThatFailsThreeTimesInARow) {
    both.announced(200, 25s);
    both.endpoint_ended(batch_end::unavailable, 5, now);
    both.endpoint_ended(batch_end::unavailable, 5, now);
    both.endpoint_ended(batch_end::unknown, 5, now);
    EXPECT_EQ(way(), batch_way::endpoint);
    both.endpoint_ended(batch_end::unavailable, 5, now);
    EXPECT_NE(way(), batch_way::endpoint);
    now += 5s;
    EXPECT_EQ(way(), batch_way::endpoint);
}

TEST_F(BatchChoice, ASuccessBetweenFailuresKeepsTheEndpoint) {
    both.announced(200, 25s);
    for (int i = 0; i < 5; ++i) {
        both.endpoint_ended(batch_end::unavailable, 5, now);
        both.endpoint_ended(batch_end::unavailable, 5, now);
        both.endpoint_ended(batch_end::good, 5, now);
    }
    EXPECT_EQ(way(), batch_way::endpoint);
}

TEST_F(BatchChoice, NeedsMoreRoomsForALargerList) {
    both.list_ended(batch_end::good, 50, 50, 4096 * 40, now);
    EXPECT_EQ(terms().least, 40U);
    both.list_ended(batch_end::good, 50, 50, 4096 * 4, now);
    EXPECT_EQ(terms().least, 10U);
    both.list_ended(batch_end::good, 50, 50, std::size_t{4096} * 1'000'000, now);
    EXPECT_GE(terms().most, terms().least);
}

TEST_F(BatchChoice, LeavesAListAloneThatKnowsFewOfTheRooms) {
    both.list_ended(batch_end::good, 20, 10, 100, now);
    EXPECT_EQ(way(), batch_way::process_list);
    both.list_ended(batch_end::good, 20, 9, 100, now);
    EXPECT_EQ(way(), batch_way::none);
    now += 30s;
    EXPECT_EQ(way(), batch_way::process_list);
}

TEST_F(BatchChoice, AsksForMoreRoomsAgainAfterAWhile) {
    both.announced(200, 25s);
    both.endpoint_ended(batch_end::too_long, 200, now);
    now += 59s;
    EXPECT_EQ(terms().most, 100U);
    now += 1s;
    EXPECT_EQ(terms().most, 151U);
    both.endpoint_begins(151, now);
    EXPECT_EQ(terms().most, 100U) << "only one request tries";
    both.endpoint_ended(batch_end::good, 151, now);
    EXPECT_EQ(terms().most, 200U);
    both.endpoint_begins(200, now);
    both.endpoint_ended(batch_end::good, 200, now);
    EXPECT_EQ(terms().most, 200U);
}

TEST_F(BatchChoice, TriesMoreRoomsLessOftenEachTimeThatItFails) {
    both.announced(200, 25s);
    both.endpoint_ended(batch_end::too_long, 200, now);
    int tries = 0;
    for (const time_point end = now + 24h; now < end; now += 1s) {
        const std::size_t most = terms().most;
        ASSERT_GE(most, 100U);
        both.endpoint_begins(most, now);
        both.endpoint_ended(most > 100 ? batch_end::too_long : batch_end::good, most, now);
        tries += most > 100 ? 1 : 0;
    }
    EXPECT_GE(tries, 24);
    EXPECT_LE(tries, 30);
}

TEST_F(BatchChoice, RequestsThatWereUnderWayShrinkBatchesOnce) {
    both.announced(200, 25s);
    for (int request = 0; request < 5; ++request) {
        both.endpoint_ended(batch_end::too_long, 200, now);
    }
    EXPECT_EQ(terms().most, 100U);
}

TEST_F(BatchChoice, ComesBackFromTargetsThatWereAllTooLong) {
    both = make(true, false);
    both.announced(200, 25s);
    for (const std::size_t asked : {200U, 100U, 50U, 25U, 12U, 6U, 3U}) {
        both.endpoint_ended(batch_end::too_long, asked, now);
    }
    EXPECT_EQ(way(), batch_way::none);
    now += 1min;
    for (int request = 0; request < 20; ++request) {
        ASSERT_EQ(way(), batch_way::endpoint);
        const std::size_t most = terms().most;
        both.endpoint_begins(most, now);
        both.endpoint_ended(batch_end::good, most, now);
    }
    EXPECT_EQ(terms().most, 200U);
}

TEST_F(BatchChoice, AsksForARefusedListAgainAfterAWhileThatGrows) {
    duration longest{};
    for (duration pause = 1min; pause < 1h; pause *= 2) {
        both.list_ended(batch_end::refused, 20, 0, 0, now);
        now += pause - 1s;
        EXPECT_EQ(way(), batch_way::none);
        now += 1s;
        EXPECT_EQ(way(), batch_way::process_list);
        longest = pause;
    }
    EXPECT_GE(longest, duration(30min));
    for (int refusal = 0; refusal < 5; ++refusal) {
        both.list_ended(batch_end::refused, 20, 0, 0, now);
        now += 1h;
        EXPECT_EQ(way(), batch_way::process_list) << "an hour is the most";
    }
    both.list_ended(batch_end::good, 20, 20, 100, now);
    both.list_ended(batch_end::refused, 20, 0, 0, now);
    now += 1min;
    EXPECT_EQ(way(), batch_way::process_list);
}

TEST_F(BatchChoice, LeavesAListAloneForLongThatAServerDoesNotHave) {
    both.list_ended(batch_end::not_offered, 20, 0, 0, now);
    now += 59min;
    EXPECT_EQ(way(), batch_way::none);
    now += 1min;
    EXPECT_EQ(way(), batch_way::process_list);
    both.list_ended(batch_end::not_offered, 20, 0, 0, now);
    now += 1h;
    EXPECT_EQ(way(), batch_way::none);
}

TEST_F(BatchChoice, AsksForARefusedListAtOnceWithAnotherToken) {
    both.list_ended(batch_end::refused, 20, 0, 0, now);
    EXPECT_EQ(way(), batch_way::none);
    both.allow_list();
    EXPECT_EQ(way(), batch_way::process_list);
}

TEST_F(BatchChoice, RefusalsOfOneMomentAreOne) {
    both = make(true, false);
    both.announced(200, 25s);
    for (int request = 0; request < 6; ++request) {
        both.endpoint_ended(batch_end::refused, 20, now);
    }
    now += 59s;
    EXPECT_EQ(way(), batch_way::none);
    now += 1s;
    EXPECT_EQ(way(), batch_way::endpoint);
}

TEST_F(BatchChoice, PollsSingleRoomsAfterAListThatFailed) {
    both.list_ended(batch_end::unavailable, 20, 0, 0, now);
    EXPECT_EQ(way(), batch_way::none);
    now += 30s;
    EXPECT_EQ(way(), batch_way::process_list);
    both.list_ended(batch_end::unknown, 20, 0, 0, now);
    EXPECT_EQ(way(), batch_way::process_list);
}

} // namespace
} // namespace roomport::hathora
