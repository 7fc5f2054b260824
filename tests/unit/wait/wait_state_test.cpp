#include "wait_script.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST(WaitState, TheFirstPollComesAtOnceAndTheNextByTheCadence) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(30s));
    script.run_until(20ms);
    script.answer("a", starting());
    script.run_until(1020ms);
    script.answer("a", ready(7000));
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 10000", "1000 poll a until 11000", "1020 done a ready"}));
    const auto& end = script.end_of(wait);
    EXPECT_EQ(end.result.exposed_port.port, 7000);
    EXPECT_EQ(end.result.evidence.polls, 2U);
    EXPECT_EQ(end.result.evidence.last_status, "active");
    EXPECT_EQ(end.result.evidence.elapsed, 1020ms);
    EXPECT_FALSE(script.state->next_wake());
}

TEST(WaitState, AJoinerGetsTheLastObservationAtOnceAndCausesNoPoll) {
    wait_script script;
    script.start("a", wait_script::timeout(30s));
    script.run_until(20ms);
    script.answer("a", starting());
    script.take_log();
    wait_options options = wait_script::timeout(30s);
    unsigned polls = 0;
    options.on_progress = [&](const wait_event& event) {
        polls = event.polls;
    };
    script.run_until(500ms);
    script.start("a", options);
    EXPECT_EQ(polls, 1U);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(1000ms);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a until 11000"});
    EXPECT_EQ(script.state->metrics(script.now()).keys, 1U);
    EXPECT_EQ(script.state->metrics(script.now()).waiters, 2U);
}

TEST(WaitState, AJoinerJudgesTheLastObservationByItsOwnAcceptors) {
    wait_script script;
    script.start("a", wait_script::timeout(30s));
    script.answer("a", starting());
    auto list = std::make_shared<acceptors>();
    list->emplace_back([](const observation& seen) { return seen.status == "starting"; },
                       verdict::never);
    wait_options options = wait_script::timeout(30s);
    options.acceptors = list;
    auto& joiner = script.start("a", options);
    ASSERT_TRUE(script.is_done(joiner));
    EXPECT_EQ(script.end_of(joiner).ec, error_code(error::broken_promise));
    EXPECT_EQ(script.evidence_of(joiner).polls, 1U);
    EXPECT_EQ(script.state->metrics(script.now()).waiters, 1U);
}

TEST(WaitState, AJoinerWhoseDeadlineComesFirstPullsTheNextPollForward) {
    auto options = wait_script::make_options();
    options.cadence = fixed_cadence(10s);
    wait_script script(options);
    script.start("a", wait_script::timeout(60s));
    script.run_until(40ms);
    script.answer("a", starting());
    script.run_until(1s);
    auto& joiner = script.start("a", wait_script::timeout(500ms));
    script.take_log();
    // One sample of 40 ms: mean 40, deviation 20, so the poll begins 120 ms before the deadline.
    script.run_until(1380ms);
    EXPECT_EQ(script.take_log(), lines{"1380 poll a until 11380"});
    script.run_until(1420ms);
    script.answer("a", starting());
    script.run_until(1500ms);
    EXPECT_EQ(script.take_log(), lines{"1500 done a timeout"});
    EXPECT_EQ(script.end_of(joiner).ec, error_code(error::deadline_passed));
    EXPECT_EQ(script.evidence_of(joiner).last_status, "starting");
    EXPECT_FALSE(script.evidence_of(joiner).last_error.failed());
    EXPECT_EQ(script.evidence_of(joiner).polls, 2U);
    script.run_until(12s);
    EXPECT_EQ(script.take_log(), lines{"11380 poll a until 21380"});
}

TEST(WaitState, TheLastPollIsPlacedSoThatItsAnswerComesBeforeTheDeadline) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(2500ms));
    for (int poll = 0; poll < 3; ++poll) {
        script.run_until(poll * 1s + 40ms);
        script.answer("a", starting());
    }
    script.take_log();
    script.run_until(2480ms);
    const auto log = script.take_log();
    ASSERT_EQ(log.size(), 1U);
    const duration begun = std::chrono::milliseconds(std::stoi(log.front()));
    EXPECT_GT(begun, 2380ms);
    EXPECT_LT(begun, 2460ms - 10ms);
    script.answer("a", ready());
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_FALSE(script.end_of(wait).ec.failed());
}

TEST(WaitState, APollUnderWayStandsInForTheLastPoll) {
    wait_script script;
    script.start("a", wait_script::timeout(300ms));
    script.run_until(290ms);
    script.answer("a", starting());
    script.run_until(300ms);
    EXPECT_EQ(script.take_log(), (lines{"0 poll a until 300", "300 done a timeout"}));
}

TEST(WaitState, ADeadlineThatPassesDuringAPollSaysSo) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(3s));
    script.run_until(3s);
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 3000", "3000 done a timeout", "3000 cancel poll a"}));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::deadline_passed));
    EXPECT_EQ(script.evidence_of(wait).last_error, error_code(error::attempt_timeout));
    EXPECT_EQ(script.evidence_of(wait).polls, 1U);
}

TEST(WaitState, APollThatCannotBeginIsAFailedOneAndGivesItsPlaceBack) {
    auto options = wait_script::make_options();
    options.max_in_flight = 1;
    wait_script script(options);
    script.polls_that_fail = 3;
    auto& wait = script.start("a", wait_script::timeout(60s));
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    script.run_until(1s);
    ASSERT_TRUE(script.is_done(wait)) << "the third broken one ends it";
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::broken_promise));
    EXPECT_EQ(script.evidence_of(wait).last_message, "no poll");
    EXPECT_EQ(script.evidence_of(wait).polls, 3U);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    EXPECT_EQ(script.state->next_wake(), std::nullopt);
}

TEST(WaitState, AConnectionThatTookTooLongCountsHoweverLittleTimeIsLeft) {
    wait_script script;
    auto options = wait_script::timeout(3s);
    options.max_failures = 1;
    auto& wait = script.start("a", std::move(options));
    script.run_until(500ms);
    script.answer("a", failed(error::connect_timeout));
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::connect_timeout));
    EXPECT_EQ(script.evidence_of(wait).polls, 1U);
}

TEST(WaitState, TheEvidenceKeepsTheLastFailureAtTheDeadline) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(300ms));
    observation seen = failed(error::connect_failed);
    seen.message = "127.0.0.1:1";
    seen.times.connect = 5ms;
    script.answer("a", seen);
    script.run_until(300ms);
    ASSERT_TRUE(script.is_done(wait));
    const auto& evidence = script.evidence_of(wait);
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::deadline_passed));
    EXPECT_EQ(evidence.last_error, errc::connect);
    EXPECT_EQ(evidence.last_message, "127.0.0.1:1");
    EXPECT_EQ(evidence.http_status, 0);
    EXPECT_EQ(evidence.times.connect, 5ms);
    EXPECT_EQ(evidence.elapsed, 300ms);
}

TEST(WaitState, TheLastToLeaveEndsTheEntryAndCancelsItsPoll) {
    wait_script script;
    auto& first = script.start("a", wait_script::timeout(30s));
    auto& second = script.start("a", wait_script::timeout(30s));
    script.cancel(first);
    EXPECT_EQ(script.take_log(), (lines{"0 poll a until 10000", "0 done a cancelled"}));
    script.cancel(second);
    EXPECT_EQ(script.take_log(), (lines{"0 done a cancelled", "0 cancel poll a"}));
    EXPECT_EQ(script.state->metrics(script.now()).keys, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 1U)
        << "a cancelled poll keeps its place until it ends";
    script.answer("a", failed(boost::asio::error::operation_aborted));
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).failures, 0U);
}

TEST(WaitState, ANewWaitForAKeyWhosePollIsBeingCancelledPollsAgain) {
    wait_script script;
    auto& first = script.start("a", wait_script::timeout(30s));
    script.cancel(first);
    auto& second = script.start("a", wait_script::timeout(30s));
    script.answer("a", ready(1));
    EXPECT_FALSE(script.is_done(second)) << "the answer of an abandoned poll belongs to nobody";
    script.answer("a", ready(2));
    ASSERT_TRUE(script.is_done(second));
    EXPECT_EQ(script.end_of(second).result.exposed_port.port, 2);
}

TEST(WaitState, TimeInTheQueueIsNotCountedAsPartOfTheAttempt) {
    auto options = wait_script::make_options();
    options.max_in_flight = 1;
    wait_script script(options);
    script.start("a", wait_script::timeout(60s));
    script.start("b", wait_script::timeout(60s));
    EXPECT_EQ(script.state->metrics(script.now()).queued, 1U);
    script.run_until(8s);
    script.answer("a", ready());
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 10000", "8000 done a ready", "8000 poll b until 18000"}));
}

TEST(WaitState, AWaitThatNeverGetsAPlaceEndsAtItsDeadline) {
    auto options = wait_script::make_options();
    options.max_in_flight = 1;
    wait_script script(options);
    script.start("a", wait_script::timeout(60s));
    auto& starved = script.start("b", wait_script::timeout(2s));
    script.run_until(3s);
    ASSERT_TRUE(script.is_done(starved));
    EXPECT_EQ(script.end_of(starved).at, 2s);
    EXPECT_EQ(script.evidence_of(starved).polls, 0U);
    EXPECT_FALSE(script.evidence_of(starved).last_error.failed());
    EXPECT_EQ(script.state->metrics(script.now()).queued, 0U);
}

TEST(WaitState, AnAttemptIsNeverLongerThanTheLatestDeadlineOfItsWaiters) {
    wait_script script;
    script.start("a", wait_script::timeout(4s));
    EXPECT_EQ(script.take_log(), lines{"0 poll a until 4000"});
}

TEST(WaitState, AnAttemptCutShortByOneDeadlineIsNoFailureForTheOthers) {
    wait_script script;
    auto& first = script.start("a", wait_script::timeout(2s));
    wait_options hasty = wait_script::timeout(60s);
    hasty.max_failures = 1;
    auto& joiner = script.start("a", hasty);
    script.run_until(1999ms);
    script.elapsed = 2s;
    script.answer("a", failed(error::attempt_timeout));
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 2000", "2000 done a timeout", "2000 poll a until 12000"}));
    EXPECT_EQ(script.end_of(first).ec, error_code(error::deadline_passed));
    EXPECT_EQ(script.evidence_of(first).last_error, error_code(error::attempt_timeout));
    EXPECT_FALSE(script.is_done(joiner));
}

TEST(WaitState, CancelAllEndsEveryWaitAndLeavesNothing) {
    wait_script script;
    for (const char* key : {"a", "b", "c"}) {
        script.start(key, wait_script::timeout(30s));
        script.start(key, wait_script::timeout(20s));
    }
    script.cancel_all();
    EXPECT_EQ(script.ended.size(), 6U);
    EXPECT_EQ(script.state->metrics(script.now()).keys, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).waiters, 0U);
    EXPECT_FALSE(script.state->next_wake());
    for (const char* key : {"a", "b", "c"}) {
        script.answer(key, failed(boost::asio::error::operation_aborted));
    }
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
}

TEST(WaitState, TheFirstWaiterOfAKeyChoosesTheCadence) {
    wait_script script;
    wait_options options = wait_script::timeout(30s);
    options.cadence = fixed_cadence(3s);
    script.start("a", options);
    script.answer("a", starting());
    script.take_log();
    script.run_until(2999ms);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(3s);
    EXPECT_EQ(script.take_log(), lines{"3000 poll a until 13000"});
}

TEST(WaitState, AnEndlessTimeoutDoesNotOverflow) {
    wait_script script;
    wait_options options = wait_script::timeout(duration::max());
    options.request_timeout = duration::max();
    auto& wait = script.start("a", options);
    script.answer("a", starting());
    script.run_until(1h);
    EXPECT_FALSE(script.is_done(wait));
}

} // namespace
} // namespace roomport::wait_detail
