#include "http/pool_state.hpp"

#include <boost/asio/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
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

request_terms by(time_point deadline) {
    request_terms terms;
    terms.deadline = deadline;
    return terms;
}

request_terms within(duration attempt_timeout) {
    request_terms terms;
    terms.attempt_timeout = attempt_timeout;
    return terms;
}

request_terms a_poll() {
    request_terms terms;
    terms.of = request_class::poll;
    return terms;
}

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
            of.add(i, {}, now_);
            of.connected(i, now_);
        }
        actions(of);
    }

    pool_state::settings settings_;
    time_point now_{1000s};
};

TEST_F(PoolState, ARequestOpensAConnectionAndGetsIt) {
    auto state = make();
    state.add(1, {}, now_);
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
    state.add(2, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
}

TEST_F(PoolState, TheMostRecentlyUsedConnectionIsTakenFirst) {
    auto state = make();
    make_busy(state, 2);
    state.finished(2, true, now_);
    state.finished(1, true, now_);
    state.add(3, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(3, 1)));
}

TEST_F(PoolState, NoMoreConnectionsAreOpenedThanAllowed) {
    auto state = make();
    for (request_id i = 1; i <= 5; ++i) {
        state.add(i, {}, now_);
    }
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2)));
    EXPECT_EQ(state.waiting(), 5U);
}

TEST_F(PoolState, NoMoreConnectionsAreOpenedThanRequestsWait) {
    settings_.max_connections = 10;
    auto state = make();
    state.add(1, {}, now_);
    state.add(2, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2)));
}

TEST_F(PoolState, RequestsAreServedInOrder) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, {}, now_);
    state.add(3, {}, now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(3, 1)));
}

TEST_F(PoolState, AFailedAttemptFailsTheRequestThatHasWaitedLongest) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, {}, now_);
    state.add(2, {}, now_);
    actions(state);
    state.connect_failed(1, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, refused, 1), close_failed(1), open(2)));
    state.connect_failed(2, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, refused, 2), close_failed(2)));
}

TEST_F(PoolState, AnAttemptThatNobodyWaitsForFailsNoRequest) {
    auto state = make();
    make_busy(state, 1);
    state.add(2, {}, now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(2), reused(2, 1)));
    state.connect_failed(2, refused, now_);
    EXPECT_THAT(actions(state), ElementsAre(close_failed(2)));
    state.add(3, by(now_), now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(3, error::attempt_timeout)));
}

TEST_F(PoolState, AConnectionThatCantBeReusedMakesRoomForANewOne) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, {}, now_);
    state.finished(1, false, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(2)));
}

TEST_F(PoolState, TheQueueIsBounded) {
    settings_.max_waiting = 1;
    auto state = make();
    make_busy(state, 2);
    state.add(3, {}, now_);
    state.add(4, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(4, error::queue_full)));
}

TEST_F(PoolState, RequestsForWhichAConnectionIsOpenedDoNotCountAgainstTheBound) {
    settings_.max_waiting = 0;
    auto state = make();
    state.add(1, {}, now_);
    state.add(2, {}, now_);
    state.add(3, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(1), open(2), fail(3, error::queue_full)));
}

TEST_F(PoolState, ADeadlineEndsAWaitingRequestAndTheAttemptMadeForIt) {
    auto state = make();
    state.add(1, by(now_ + 1s), now_);
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
    state.add(1, by(now_ + 1s), now_);
    state.connected(1, now_);
    actions(state);
    state.expire(now_ + 1s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(1)));
}

TEST_F(PoolState, ADeadlineInThePastOpensNothing) {
    auto state = make();
    state.add(1, by(now_), now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout)));
}

TEST_F(PoolState, TheAcquireTimeoutEndsOnlyWaiting) {
    settings_.max_connections = 1;
    settings_.acquire_timeout = 1s;
    auto state = make();
    make_busy(state, 1);
    state.add(2, {}, now_);
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
    state.add(1, {}, now_);
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
    state.add(2, {}, now_);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(1), open(2)));
}

TEST_F(PoolState, ACancelledRequestLeavesNoAttemptBehind) {
    auto state = make();
    state.add(1, {}, now_);
    state.add(2, {}, now_);
    actions(state);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(close(2)));
    state.connected(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(2, 1)));
}

TEST_F(PoolState, AnAttemptGoesOnForTheNextWhenItsRequesterIsCancelled) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, {}, now_);
    state.add(2, {}, now_);
    actions(state);
    state.remove(1, now_);
    EXPECT_THAT(actions(state), IsEmpty());
    state.connected(1, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(2, 1)));
}

TEST_F(PoolState, ARequestThatIsSentAgainTakesAFreshConnectionBeforeAllOthers) {
    auto state = make();
    make_busy(state, 2);
    state.add(3, {}, now_);
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
    state.add(2, {}, now_);
    EXPECT_THAT(actions(state), ElementsAre(open(2)));
}

TEST_F(PoolState, EverythingCanBeEndedAtOnce) {
    auto state = make();
    make_busy(state, 2);
    state.add(3, {}, now_);
    state.finished(2, false, now_);
    actions(state);
    state.end_all(boost::asio::error::operation_aborted);
    EXPECT_EQ(actions(state).size(), 4U);
    EXPECT_EQ(state.connecting() + state.idle() + state.busy() + state.waiting(), 0U);
    EXPECT_EQ(state.next_expiry(), std::nullopt);
}

TEST_F(PoolState, AnAttemptsTimeBeginsWithItsConnection) {
    settings_.max_connections = 1;
    settings_.idle_timeout = 1000s;
    auto state = make();
    make_busy(state, 1);
    state.add(2, within(10s), now_);
    now_ += 100s;
    state.expire(now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
    state.expire(now_ + 10s - 1ns);
    EXPECT_THAT(actions(state), IsEmpty());
    state.expire(now_ + 10s);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, error::attempt_timeout), close(1)));
}

TEST_F(PoolState, OpeningAConnectionIsPartOfTheAttempt) {
    auto state = make();
    state.add(1, within(10s), now_);
    state.connected(1, now_ + 4s);
    EXPECT_THAT(actions(state), ElementsAre(open(1), fresh(1, 1)));
    state.expire(now_ + 10s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(1)));
}

TEST_F(PoolState, ARequestThatIsSentAgainHasWhatIsLeftOfItsTime) {
    auto state = make();
    state.add(1, within(10s), now_);
    state.connected(1, now_);
    state.retry_on_fresh(1, now_ + 7s);
    state.connected(2, now_ + 8s);
    actions(state);
    state.expire(now_ + 10s - 1ns);
    EXPECT_THAT(actions(state), IsEmpty());
    state.expire(now_ + 10s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(2)));
}

TEST_F(PoolState, AQueueThatMovesCostsNobodyHisTime) {
    settings_.max_connections = 1;
    auto state = make();
    for (request_id i = 1; i <= 10; ++i) {
        state.add(i, within(10s), now_);
    }
    state.connected(1, now_);
    actions(state);
    for (request_id i = 1; i < 10; ++i) {
        now_ += 9s;
        state.expire(now_);
        EXPECT_THAT(actions(state), IsEmpty());
        state.finished(1, true, now_);
        EXPECT_THAT(actions(state), ElementsAre(reused(i + 1, 1)));
    }
}

TEST_F(PoolState, AnAnswerThatTakesLongIsNoReasonToEndOthers) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, within(60s), now_);
    state.connected(1, now_);
    state.add(2, within(10s), now_);
    actions(state);
    for (int second = 1; second < 60; ++second) {
        state.expire(now_ + std::chrono::seconds(second));
    }
    EXPECT_THAT(actions(state), IsEmpty());
}

TEST_F(PoolState, ThoseThatWaitForASilentServerEnd) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, within(10s), now_);
    state.connected(1, now_);
    state.add(2, within(12s), now_);
    state.add(3, within(12s), now_);
    actions(state);
    // The server lets itself be connected to, and says nothing.
    now_ += 10s;
    state.expire(now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout), close(1), open(2)));
    state.connected(2, now_);
    EXPECT_THAT(actions(state), ElementsAre(fresh(2, 2)));
    while (state.next_expiry() && *state.next_expiry() < now_ + 3s) {
        state.expire(*state.next_expiry());
    }
    EXPECT_THAT(actions(state), ElementsAre(fail(3, error::attempt_timeout)));
}

TEST_F(PoolState, ThoseThatWaitEndWhereNoConnectionCanBeOpened) {
    settings_.max_connections = 1;
    settings_.connect_timeout = 1000s;
    auto state = make();
    state.add(1, within(10s), now_);
    state.add(2, within(12s), now_);
    actions(state);
    state.expire(now_ + 10s);
    EXPECT_THAT(actions(state), ElementsAre(fail(1, error::attempt_timeout)));
    state.expire(now_ + 12s);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, error::attempt_timeout), close(1)));
}

TEST_F(PoolState, ADeadlineThatPassesInTheQueueIsNotTheServersFault) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, by(now_ + 5s), now_);
    state.expire(now_ + 5s);
    EXPECT_THAT(actions(state), ElementsAre(fail(2, error::acquire_timeout)));
}

TEST_F(PoolState, APollWaitsForNoMoreThanTheNextFreeConnection) {
    settings_.max_connections = 8;
    auto state = make();
    make_busy(state, 8);
    for (request_id i = 9; i <= 1000; ++i) {
        state.add(i, {}, now_);
    }
    state.add(1001, a_poll(), now_);
    state.finished(3, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(1001, 3)));
}

TEST_F(PoolState, PollsHaveAnEighthOfTheConnectionsWhileCallsWait) {
    for (const std::size_t connections : {8U, 15U, 16U, 64U}) {
        settings_.max_connections = connections;
        auto state = make();
        make_busy(state, connections);
        request_id last = connections;
        for (int i = 0; i < 100; ++i) {
            state.add(++last, {}, now_);
            state.add(++last, a_poll(), now_);
        }
        EXPECT_EQ(state.places(request_class::poll), connections / 8);
        EXPECT_EQ(state.places(request_class::call), connections - connections / 8);
        for (connection_id each = 1; each <= connections; ++each) {
            state.finished(each, true, now_);
        }
        EXPECT_EQ(100 - state.waiting(request_class::poll), connections / 8);
        EXPECT_EQ(100 - state.waiting(request_class::call), connections - connections / 8);
    }
}

TEST_F(PoolState, ThePlacesOfPollsCanBeChosen) {
    settings_.max_connections = 4;
    settings_.poll_connections = 3;
    auto state = make();
    make_busy(state, 4);
    for (request_id i = 5; i <= 20; ++i) {
        state.add(i, i % 2 == 0 ? a_poll() : request_terms(), now_);
    }
    for (connection_id each = 1; each <= 4; ++each) {
        state.finished(each, true, now_);
    }
    EXPECT_EQ(state.waiting(request_class::poll), 5U);
    EXPECT_EQ(state.waiting(request_class::call), 7U);
}

TEST_F(PoolState, WhatOneClassDoesNotUseTheOtherMay) {
    settings_.max_connections = 8;
    for (const bool polls : {false, true}) {
        auto state = make();
        const auto terms = polls ? a_poll() : request_terms();
        for (request_id i = 1; i <= 9; ++i) {
            state.add(i, terms, now_);
        }
        for (connection_id each = 1; each <= 8; ++each) {
            state.connected(each, now_);
        }
        EXPECT_EQ(state.busy(), 8U);
        EXPECT_EQ(state.places(terms.of), 8U);
    }
}

TEST_F(PoolState, WhatWasLentGoesBackToTheClassThatWaits) {
    settings_.max_connections = 8;
    auto state = make();
    for (request_id i = 1; i <= 20; ++i) {
        state.add(i, a_poll(), now_);
    }
    for (connection_id each = 1; each <= 8; ++each) {
        state.connected(each, now_);
    }
    actions(state);
    for (request_id i = 21; i <= 40; ++i) {
        state.add(i, {}, now_);
    }
    for (connection_id each = 1; each <= 7; ++each) {
        state.finished(each, true, now_);
        EXPECT_THAT(actions(state), ElementsAre(reused(20 + each, each)));
    }
    // The last is their own.
    state.finished(8, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(9, 8)));
}

TEST_F(PoolState, WithFewConnectionsPollsHaveAnEighthOfTheTime) {
    for (const std::size_t connections : {1U, 2U, 4U, 7U}) {
        for (const duration poll_takes : {10ms, 50ms, 100ms}) {
            settings_.max_connections = connections;
            auto state = make();
            request_id last = 0;
            std::set<request_id> polls;
            // Of each class there is always one that waits.
            const auto refill = [&] {
                while (state.waiting(request_class::call) < 2) {
                    state.add(++last, {}, now_);
                }
                while (state.waiting(request_class::poll) < 2) {
                    polls.insert(++last);
                    state.add(last, a_poll(), now_);
                }
            };
            std::multimap<time_point, connection_id> ends;
            duration polled{};
            const auto began = now_;
            const auto carry_out = [&] {
                while (const auto action = state.next_action()) {
                    if (const auto* opened = std::get_if<open_connection>(&*action)) {
                        state.connected(opened->connection, now_);
                    } else if (const auto* started = std::get_if<start_exchange>(&*action)) {
                        const bool is_poll = polls.contains(started->request);
                        const duration takes =
                            is_poll ? poll_takes : 40ms + 5ms * (started->request % 5);
                        polled += is_poll ? takes : duration{};
                        ends.emplace(now_ + takes, started->connection);
                    }
                }
            };
            refill();
            carry_out();
            while (now_ < began + 60s) {
                const auto next = *ends.begin();
                ends.erase(ends.begin());
                now_ = next.first;
                state.finished(next.second, true, now_);
                refill();
                carry_out();
            }
            const double share =
                static_cast<double>(polled.count()) / static_cast<double>(60s * connections / 1ns);
            EXPECT_GT(share, 0.06) << connections << " connections";
            EXPECT_LE(share, 0.13) << connections << " connections";
        }
    }
}

TEST_F(PoolState, WithOneConnectionAPollThatTookLongDoesNotKeepPollsAwayForLong) {
    settings_.max_connections = 1;
    auto state = make();
    state.add(1, a_poll(), now_);
    state.connected(1, now_);
    state.add(2, {}, now_);
    state.add(3, {}, now_);
    state.add(4, a_poll(), now_);
    actions(state);
    now_ += 25s;
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
    now_ += 1s;
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(4, 1)));
}

TEST_F(PoolState, AnUrgentCallGoesBeforeTheOthers) {
    settings_.max_connections = 1;
    auto state = make();
    make_busy(state, 1);
    state.add(2, {}, now_);
    state.add(3, {}, now_);
    request_terms urgent;
    urgent.is_urgent = true;
    state.add(4, urgent, now_);
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(4, 1)));
    state.finished(1, true, now_);
    EXPECT_THAT(actions(state), ElementsAre(reused(2, 1)));
}

TEST_F(PoolState, AFullQueueOfCallsRefusesNoPoll) {
    settings_.max_waiting = 1;
    auto state = make();
    make_busy(state, 2);
    state.add(3, {}, now_);
    state.add(4, a_poll(), now_);
    EXPECT_THAT(actions(state), IsEmpty());
    state.add(5, a_poll(), now_);
    EXPECT_THAT(actions(state), ElementsAre(fail(5, error::queue_full)));
}

TEST_F(PoolState, FailedAttemptsFailOneOfEachClassInTurn) {
    settings_.max_connections = 1;
    auto state = make();
    for (request_id i = 1; i <= 3; ++i) {
        state.add(i, {}, now_);
        state.add(10 + i, a_poll(), now_);
    }
    std::vector<request_id> failed;
    for (connection_id each = 1; each <= 6; ++each) {
        state.connect_failed(each, refused, now_);
        for (const auto& action : actions(state)) {
            if (const auto* one = std::get_if<fail_request>(&action)) {
                failed.push_back(one->request);
            }
        }
    }
    EXPECT_THAT(failed, ElementsAre(1, 11, 2, 12, 3, 13));
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
