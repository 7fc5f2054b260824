#include "allocation/room_allocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomport::allocation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

class RoomAllocation : public testing::Test {
protected:
    static room_allocation::settings settings() {
        room_allocation::settings with;
        with.seed = 1;
        return with;
    }

    static intent wanted() {
        intent what;
        what.owner = "o";
        what.app_id = "a";
        what.room_id = "r";
        return what;
    }

    /// The next action, which must be of this kind.
    template <class Action>
    Action next() {
        if (actions_.empty()) {
            actions_ = machine.take_actions();
        }
        if (actions_.empty() || !std::holds_alternative<Action>(actions_.front())) {
            ADD_FAILURE() << "another action, number "
                          << (actions_.empty() ? -1 : static_cast<int>(actions_.front().index()));
            return Action();
        }
        auto action = std::get<Action>(actions_.front());
        actions_.erase(actions_.begin());
        return action;
    }

    /// The next action is this record; it lasts.
    void record_lasts(record_state state, const std::string& key = {}, unsigned generation = 1) {
        const auto written = next<write_record>();
        EXPECT_EQ(written.what.state, state);
        EXPECT_EQ(written.what.key, key);
        EXPECT_EQ(written.what.what.generation, generation);
        machine.record_written(now);
    }

    void expect_nothing_more() {
        EXPECT_TRUE(actions_.empty());
        EXPECT_THAT(machine.take_actions(), IsEmpty());
    }

    void create_is_sent() {
        machine.begin(wanted(), now);
        record_lasts(record_state::intended);
        EXPECT_EQ(next<tell_room>().state, room_state::starting);
        record_lasts(record_state::sent);
        next<send_create>();
        expect_nothing_more();
    }

    void server_is_accepted(const std::string& key = "k", unsigned generation = 1) {
        accepted how;
        how.key = key;
        machine.create_ended(how, now);
        record_lasts(record_state::allocated, key, generation);
        EXPECT_EQ(next<watch_server>().key, key);
    }

    /// A record says that players are sent to the server, and they are.
    void is_ready() {
        const auto written = next<write_record>();
        EXPECT_EQ(written.what.state, record_state::allocated);
        EXPECT_TRUE(written.what.was_alive);
        EXPECT_TRUE(written.what.was_active);
        EXPECT_EQ(next<tell_room>().state, room_state::ready);
        machine.record_written(now);
    }

    static refused refusal(refusal_class why) {
        refused how;
        how.why = why;
        how.reason = "no";
        return how;
    }

    static server_observation seen(server_state state) {
        server_observation what;
        what.state = state;
        return what;
    }

    void wake() {
        ASSERT_TRUE(machine.next_wake());
        now = std::max(now, *machine.next_wake());
        machine.advance(now);
    }

    time_point now{};
    room_allocation machine{settings()};

private:
    std::vector<room_action> actions_;
};

TEST_F(RoomAllocation, SendsNothingBeforeTheRecordThatSaysSoLasts) {
    machine.begin(wanted(), now);
    EXPECT_EQ(next<write_record>().what.state, record_state::intended);
    expect_nothing_more();
    machine.record_written(now);
    next<tell_room>();
    EXPECT_EQ(next<write_record>().what.state, record_state::sent);
    expect_nothing_more();
    machine.record_written(now);
    EXPECT_EQ(next<send_create>().what, wanted());
}

TEST_F(RoomAllocation, TellsOfAServerOnceItIsAllocated) {
    create_is_sent();
    server_is_accepted();
    machine.observed("k", seen(server_state::starting), now);
    EXPECT_TRUE(next<write_record>().what.was_alive);
    machine.observed("another", seen(server_state::allocated), now);
    expect_nothing_more();
    machine.observed("k", seen(server_state::allocated), now);
    is_ready();
    EXPECT_FALSE(machine.next_wake());
}

TEST_F(RoomAllocation, TellsOfNoServerBeforeTheSecondStagePassed) {
    auto with = settings();
    with.has_second_stage = true;
    machine = room_allocation(with);
    create_is_sent();
    server_is_accepted();
    machine.observed("k", seen(server_state::allocated), now);
    next<write_record>();
    EXPECT_EQ(next<probe_server>().key, "k");
    machine.observed("k", seen(server_state::allocated), now);
    expect_nothing_more();
    machine.became_playable("k", now);
    is_ready();
}

TEST_F(RoomAllocation, LooksTwiceForAServerBeforeItAsksForAnother) {
    create_is_sent();
    machine.create_ended(refusal(refusal_class::unknown_outcome), now);
    expect_nothing_more();
    const auto began = now;
    wake();
    EXPECT_EQ(now - began, 3s);
    next<send_find>();
    machine.find_ended(found(), now);
    expect_nothing_more();
    wake();
    EXPECT_EQ(now - began, 6s);
    next<send_find>();
    machine.find_ended(found(), now);
    EXPECT_EQ(next<send_create>().what.generation, 1U);
}

TEST_F(RoomAllocation, AdoptsOneOfSeveralAndStopsTheOthers) {
    create_is_sent();
    machine.create_ended(refusal(refusal_class::unknown_outcome), now);
    wake();
    next<send_find>();
    found several;
    several.keys = {"k", "double"};
    machine.find_ended(several, now);
    EXPECT_EQ(next<send_stop>().key, "double");
    record_lasts(record_state::allocated, "k");
    EXPECT_EQ(next<watch_server>().key, "k");
    machine.stop_ended("double", stop_outcome::failed, now);
    wake();
    EXPECT_EQ(next<send_stop>().key, "double");
    machine.stop_ended("double", stop_outcome::done, now);
    expect_nothing_more();
}

TEST_F(RoomAllocation, LooksBeforeTheNextCreateWhereNoCapacityProvesNothing) {
    auto with = settings();
    with.platform.is_no_capacity_proof = false;
    machine = room_allocation(with);
    create_is_sent();
    machine.create_ended(refusal(refusal_class::no_capacity), now);
    wake();
    next<send_find>();
    machine.find_ended(found(), now);
    next<send_create>();
}

TEST_F(RoomAllocation, IsGoneOnceNothingWasFreeForTooLong) {
    create_is_sent();
    for (int tries = 0; tries < 10'000 && now < time_point(59s); ++tries) {
        machine.create_ended(refusal(refusal_class::no_capacity), now);
        wake();
        if (now < time_point(60s)) {
            next<send_create>();
        }
    }
    if (now < time_point(60s)) {
        now = time_point(60s);
        machine.create_ended(refusal(refusal_class::no_capacity), now);
        wake();
    }
    const auto told = next<tell_room>();
    EXPECT_EQ(told.state, room_state::gone);
    EXPECT_EQ(told.reason, "no");
    record_lasts(record_state::ended);
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, StopsWhatARefusalLeftBehind) {
    create_is_sent();
    auto how = refusal(refusal_class::no_capacity);
    how.key_to_stop = "leftover";
    machine.create_ended(how, now);
    EXPECT_EQ(next<send_stop>().key, "leftover");
}

TEST_F(RoomAllocation, FailsAtOnceWhereNoRetryHelps) {
    create_is_sent();
    machine.create_ended(refusal(refusal_class::quota), now);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    record_lasts(record_state::ended);
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, WaitsForRenewedCredentialsForAWhile) {
    create_is_sent();
    for (int tries = 0; tries < 30; ++tries) {
        machine.create_ended(refusal(refusal_class::auth), now);
        expect_nothing_more();
        wake();
        next<send_create>();
    }
    machine.create_ended(refusal(refusal_class::auth), now);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
}

TEST_F(RoomAllocation, KeepsAFloor) {
    create_is_sent();
    auto how = refusal(refusal_class::throttled);
    how.not_before = now + 20s;
    machine.create_ended(how, now);
    EXPECT_EQ(machine.next_wake(), now + 20s);
}

TEST_F(RoomAllocation, WaitsForTheOutcomeOfACreateThatNobodyWantsAnyMore) {
    create_is_sent();
    machine.destroy(now);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    record_lasts(record_state::stopping);
    expect_nothing_more();
    accepted how;
    how.key = "k";
    machine.create_ended(how, now);
    record_lasts(record_state::stopping, "k");
    EXPECT_EQ(next<send_stop>().key, "k");
    machine.stop_ended("k", stop_outcome::done, now);
    record_lasts(record_state::ended);
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, SendsNothingForARoomThatWasDestroyedFirst) {
    machine.begin(wanted(), now);
    machine.destroy(now);
    EXPECT_EQ(next<write_record>().what.state, record_state::intended);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    machine.record_written(now);
    record_lasts(record_state::ended);
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, ReplacesAServerThatIsNotPlayableInTime) {
    create_is_sent();
    server_is_accepted();
    wake();
    EXPECT_EQ(next<unwatch_server>().key, "k");
    const auto begun = next<write_record>();
    EXPECT_EQ(begun.what.state, record_state::intended);
    EXPECT_EQ(begun.what.what.generation, 2U);
    const auto left = next<write_record>();
    EXPECT_EQ(left.what.state, record_state::stopping);
    EXPECT_EQ(left.what.what.generation, 1U);
    EXPECT_EQ(left.what.key, "k");
    EXPECT_EQ(next<send_stop>().key, "k");
    machine.record_written(now);
    expect_nothing_more();
    machine.record_written(now);
    record_lasts(record_state::sent, {}, 2);
    EXPECT_EQ(next<send_create>().what.generation, 2U);
    machine.stop_ended("k", stop_outcome::done, now);
    record_lasts(record_state::ended, {}, 1);
}

TEST_F(RoomAllocation, AsksForNoMoreServersThanItMay) {
    create_is_sent();
    for (unsigned generation = 1; generation <= 3; ++generation) {
        server_is_accepted("k", generation);
        machine.observed("k", seen(server_state::starting), now);
        next<write_record>();
        machine.record_written(now);
        machine.observed("k", seen(server_state::gone), now);
        next<unwatch_server>();
        next<write_record>();
        next<write_record>();
        machine.record_written(now);
        machine.record_written(now);
        record_lasts(record_state::sent, {}, generation + 1);
        next<send_create>();
    }
    server_is_accepted("k", 4);
    machine.observed("k", seen(server_state::failed), now);
    next<unwatch_server>();
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    record_lasts(record_state::stopping, "k", 4);
    EXPECT_EQ(next<send_stop>().key, "k");
}

TEST_F(RoomAllocation, GivesAServerThatWasNeverSeenTheTimeToAppear) {
    create_is_sent();
    server_is_accepted();
    machine.observed("k", seen(server_state::gone), now + 1s);
    expect_nothing_more();
    machine.observed("k", seen(server_state::gone), now + 7s);
    next<unwatch_server>();
}

TEST_F(RoomAllocation, EndsWithItsServerOnceItWasReady) {
    create_is_sent();
    server_is_accepted();
    machine.observed("k", seen(server_state::allocated), now);
    is_ready();
    machine.observed("k", seen(server_state::gone), now);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    next<unwatch_server>();
    record_lasts(record_state::ended);
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, TakesAnotherGenerationWhereTheIdIsBurnt) {
    create_is_sent();
    machine.create_ended(refusal(refusal_class::burnt), now);
    EXPECT_EQ(next<write_record>().what.what.generation, 2U);
    EXPECT_EQ(next<write_record>().what.state, record_state::ended);
}

TEST_F(RoomAllocation, SendsTheSameAgainWhereThatGivesTheSameServer) {
    auto with = settings();
    with.platform.repeat = repeat_rule::same_server;
    machine = room_allocation(with);
    create_is_sent();
    machine.create_ended(refusal(refusal_class::unknown_outcome), now);
    wake();
    EXPECT_EQ(next<send_create>().what.generation, 1U);
}

TEST_F(RoomAllocation, NeverRepeatsACreateWhereNothingCanBeFound) {
    auto with = settings();
    with.platform.repeat = repeat_rule::never;
    machine = room_allocation(with);
    create_is_sent();
    machine.create_ended(refusal(refusal_class::unknown_outcome), now);
    wake();
    EXPECT_EQ(next<write_record>().what.what.generation, 2U);
}

TEST_F(RoomAllocation, GoesOnAfterARestart) {
    record last;
    last.what = wanted();
    last.state = record_state::allocated;
    last.key = "k";
    last.was_alive = true;
    machine.restore(last, false, now);
    EXPECT_EQ(next<watch_server>().key, "k");
    machine.observed("k", seen(server_state::allocated), now);
    is_ready();
}

TEST_F(RoomAllocation, NeverReplacesAServerThatPlayersWereSentToBeforeARestart) {
    record last;
    last.what = wanted();
    last.state = record_state::allocated;
    last.key = "k";
    last.was_alive = true;
    last.was_active = true;
    machine.restore(last, false, now);
    EXPECT_EQ(next<watch_server>().key, "k");
    EXPECT_FALSE(machine.next_wake()) << "there is no time in which it has to become playable";
    machine.observed("k", seen(server_state::gone), now);
    EXPECT_EQ(next<tell_room>().state, room_state::gone);
    next<unwatch_server>();
    record_lasts(record_state::ended);
    expect_nothing_more();
    EXPECT_TRUE(machine.is_over());
}

TEST_F(RoomAllocation, LooksForWhatMayHaveBeenSentBeforeARestart) {
    record last;
    last.what = wanted();
    last.state = record_state::sent;
    machine.restore(last, false, now);
    expect_nothing_more();
    wake();
    next<send_find>();
}

TEST_F(RoomAllocation, StopsWhatALaterGenerationReplaced) {
    record last;
    last.what = wanted();
    last.state = record_state::allocated;
    last.key = "k";
    machine.restore(last, true, now);
    record_lasts(record_state::stopping, "k");
    EXPECT_EQ(next<send_stop>().key, "k");
}

} // namespace
} // namespace roomport::allocation
