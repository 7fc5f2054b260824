#include "http/pool_state.hpp"

#include <boost/asio/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace roomport::http::detail {

void PrintTo(const pool_action& shown, std::ostream* to) {
    if (const auto* open = std::get_if<open_connection>(&shown)) {
        *to << "open " << open->connection;
    } else if (const auto* close = std::get_if<close_connection>(&shown)) {
        *to << "close " << close->connection << (close->attempt_failed ? " failed" : "");
    } else if (const auto* start = std::get_if<start_exchange>(&shown)) {
        *to << "start " << start->request << " on " << start->connection
            << (start->reused ? " reused" : " fresh");
    } else if (const auto* fail = std::get_if<fail_request>(&shown)) {
        *to << "fail " << fail->request << " " << fail->error.message();
    }
}

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto never = time_point::max();
const error_code refused = error::connect_failed;

class PoolState : public testing::Test {
protected:
    PoolState() { settings_.max_connections = 2; }

    pool_state make() const { return pool_state(settings_); }

    static std::vector<pool_action> actions(pool_state& of) {
        std::vector<pool_action> result;
        while (auto action = of.next_action()) {
            result.push_back(*action);
        }
        return result;
    }

    pool_action open(connection_id id) const {
        return open_connection{id, now_ + settings_.connect_timeout};
    }
    static pool_action close(connection_id id) { return close_connection{id, false}; }
    static pool_action close_failed(connection_id id) { return close_connection{id, true}; }
    static pool_action fresh(request_id request, connection_id on) {
        return start_exchange{request, on, false};
    }
    static pool_action reused(request_id request, connection_id on) {
        return start_exchange{request, on, true};
    }
    static pool_action fail(request_id request, error_code ec, connection_id attempt = 0) {
        return fail_request{request, ec, attempt};
    }

    // Requests 1 and on, each busy on the connection of the same number.
    void make_busy(pool_state& of, request_id count) {
        for (request_id i = 1; i <= count; ++i) {
            of.add(i, never, now_);
            of.connected(i, now_);
        }
        actions(of);
    }

    pool_state::settings settings_;
    time_point now_{1000s};
};

TEST_F(PoolState, ARequestOpensAConnectionAndGetsIt) {
    auto state = make();
    state.add(1, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(1)));
    state.connected(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(1, 1)));
    EXPECT_EQ(state.busy(), 1U);
}

TEST_F(PoolState, AnIdleConnectionIsUsedAgain) {
    auto state = make();
    make_busy(state, 1);
    state.finished(1, true, now_);
    EXPECT_EQ(state.idle(), 1U);
    state.add(2, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
}

TEST_F(PoolState, TheMostRecentlyUsedConnectionIsTakenFirst) {
    auto state = make();
    make_busy(state, 2);
    state.finished(2, true, now_);
    state.finished(1, true, now_);
    state.add(3, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(3, 1)));
}

TEST_F(PoolState, NoMoreConnectionsAreOpenedThanAllowed) {
    auto state = make();
    for (request_id i = 1; i <= 5; ++i) {
        state.add(i, never, now_);
    }
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2)));
    EXPECT_EQ(state.waiting(), 5U);
}

TEST_F(PoolState, NoMoreConnectionsAreOpenedThanRequestsWait) {
    settings_.max_connections = 10;
    auto state = make();
    state.add(1, never, now_);
    state.add(2, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2)));
}

TEST_F(PoolState, RequestsAreServedInOrder) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, never, now_);
    state.add(3, never, now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(3, 1)));
}

TEST_F(PoolState, AFailedAttemptFailsTheRequestThatHasWaitedLongest) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, never, now_);
    state.add(2, never, now_);
    actions(state);
    state.connect_failed(1, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, refused, 1), close_failed(1), open(2)));
    state.connect_failed(2, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, refused, 2), close_failed(2)));
}

TEST_F(PoolState, AnAttemptThatNobodyWaitsForFailsNoRequest) {
    auto state = make();
    make_busy(state, 1);
    state.add(2, never, now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(2), reused(2, 1)));
    state.connect_failed(2, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(close_failed(2)));
    state.add(3, now_, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(3, error::attempt_timeout)));
}

TEST_F(PoolState, AConnectionThatCantBeReusedMakesRoomForANewOne) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, never, now_);
    state.finished(1, false, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(2)));
}

TEST_F(PoolState, TheQueueIsBounded) {
    settings_.max_waiting = 1;
    auto state = make();
    make_busy(state, 2);
    state.add(3, never, now_);
    state.add(4, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(4, error::queue_full)));
}

TEST_F(PoolState, RequestsForWhichAConnectionIsOpenedDoNotCountAgainstTheBound) {
    settings_.max_waiting = 0;
    auto state = make();
    state.add(1, never, now_);
    state.add(2, never, now_);
    state.add(3, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2), fail(3, error::queue_full)));
}

TEST_F(PoolState, ADeadlineEndsAWaitingRequestAndTheAttemptMadeForIt) {
    auto state = make();
    state.add(1, now_ + 1s, now_);
    actions(state);
    EXPECT_EQ(state.next_expiry(), now_ + 1s);
    state.expire(now_ + 999ms);
    EXPECT_THAT(actions(state), IsEmpty());
    state.expire(now_ + 1s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(1)));
    EXPECT_EQ(state.next_expiry(), std::nullopt);
}

TEST_F(PoolState, ADeadlineEndsARequestOnItsConnection) {
    auto state = make();
    state.add(1, now_ + 1s, now_);
    state.connected(1, now_);
    actions(state);
    state.expire(now_ + 1s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(1)));
}

TEST_F(PoolState, ADeadlineInThePastOpensNothing) {
    auto state = make();
    state.add(1, now_, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout)));
}

TEST_F(PoolState, TheAcquireTimeoutEndsOnlyWaiting) {
    settings_.max_connections = 1;
    settings_.acquire_timeout = 1s;
    auto state = make();
    make_busy(state, 1);
    state.add(2, never, now_);
    EXPECT_EQ(state.next_expiry(), now_ + 1s);
    state.expire(now_ + 1s);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, error::acquire_timeout)));
    EXPECT_EQ(state.busy(), 1U);
}

TEST_F(PoolState, TheTimeOnAConnectionIsNoWaitingForOne) {
    settings_.acquire_timeout = 1s;
    auto state = make();
    make_busy(state, 1);
    now_ += 10s;
    state.retry_on_fresh(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(2)));
    state.expire(now_ + 999ms);
    EXPECT_THAT(actions(state), IsEmpty());
    state.connected(2, now_ + 999ms);
    EXPECT_THAT(actions(state), ElementsAre(fresh(1, 2)));
}

TEST_F(PoolState, ARequestThatIsSentAgainWaitsNoLongerThanTheAcquireTimeout) {
    settings_.acquire_timeout = 1s;
    auto state = make();
    make_busy(state, 1);
    now_ += 10s;
    state.retry_on_fresh(1, now_);
    actions(state);
    EXPECT_EQ(state.next_expiry(), now_ + 1s);
    state.expire(now_ + 1s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::acquire_timeout), close(2)));
}

TEST_F(PoolState, TheConnectTimeoutEndsAnAttemptAndOneRequest) {
    auto state = make();
    state.add(1, never, now_);
    actions(state);
    EXPECT_EQ(state.next_expiry(), now_ + settings_.connect_timeout);
    state.expire(now_ + settings_.connect_timeout);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::connect_timeout, 1), close_failed(1)));
}

TEST_F(PoolState, AnIdleConnectionIsClosedAfterItsTime) {
    auto state = make();
    make_busy(state, 1);
    state.finished(1, true, now_);
    EXPECT_EQ(state.next_expiry(), now_ + settings_.idle_timeout);
    state.expire(now_ + settings_.idle_timeout);
    EXPECT_THAT(actions(state), ElementsAre(close(1)));
}

TEST_F(PoolState, ACancelledRequestFreesItsConnectionForTheNext) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, never, now_);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(2)));
}

TEST_F(PoolState, ACancelledRequestLeavesNoAttemptBehind) {
    auto state = make();
    state.add(1, never, now_);
    state.add(2, never, now_);
    actions(state);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(2)));
    state.connected(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(2, 1)));
}

TEST_F(PoolState, AnAttemptGoesOnForTheNextWhenItsRequesterIsCancelled) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, never, now_);
    state.add(2, never, now_);
    actions(state);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), IsEmpty());
    state.connected(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(2, 1)));
}

TEST_F(PoolState, ARequestThatIsSentAgainTakesAFreshConnectionBeforeAllOthers) {
    auto state = make();
    make_busy(state, 2);
    state.add(3, never, now_);
    state.retry_on_fresh(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(3)));
    state.finished(2, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(3, 2)));
    state.connected(3, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(1, 3)));
}

TEST_F(PoolState, ARequestThatIsSentAgainDoesNotTakeAnIdleConnection) {
    auto state = make();
    make_busy(state, 2);
    state.finished(2, true, now_);
    state.retry_on_fresh(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(3)));
    EXPECT_EQ(state.idle(), 1U);
}

TEST_F(PoolState, ARequestThatWasNotSentTakesAnyConnection) {
    auto state = make();
    make_busy(state, 2);
    state.finished(2, true, now_);
    state.retry_unsent(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), reused(1, 2)));
}

TEST_F(PoolState, ALostIdleConnectionIsForgotten) {
    auto state = make();
    make_busy(state, 1);
    state.finished(1, true, now_);
    state.lost(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1)));
    state.add(2, never, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(2)));
}

TEST_F(PoolState, EverythingCanBeEndedAtOnce) {
    auto state = make();
    make_busy(state, 2);
    state.add(3, never, now_);
    state.finished(2, false, now_);
    actions(state);
    state.end_all(boost::asio::error::operation_aborted);
    EXPECT_EQ(actions(state).size(), 4U);
    EXPECT_EQ(state.connecting() + state.idle() + state.busy() + state.waiting(), 0U);
    EXPECT_EQ(state.next_expiry(), std::nullopt);
}

TEST_F(PoolState, WhatIsUnknownIsIgnored) {
    auto state = make();
    state.remove(9, now_);
    state.connected(9, now_);
    state.connect_failed(9, refused, now_);
    state.finished(9, true, now_);
    state.lost(9, now_);
    EXPECT_THAT(actions(state), IsEmpty());
}

} // namespace
} // namespace roomport::http::detail
