#include "batch_fixture.hpp"
#include "recording_cadence.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST_F(BatchPolls, TakeInTheKeysThatAreDue) {
    queue({"a", "b", "c"});
    EXPECT_EQ(script.take_log(), (lines{"0 done first ready", "0 poll a+b+c until 10000"}));
    script.run_until(100ms);
    script.answer_batch(answers({starting(), ready(1), starting()}));
    EXPECT_EQ(script.take_log(), lines{"100 done b ready"});
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a+c until 11000"});
    const auto metrics = script.state->metrics(script.now());
    EXPECT_EQ(metrics.polls, 3U);
    EXPECT_EQ(metrics.batch_polls, 2U);
    EXPECT_EQ(metrics.batch_keys, 5U);
    EXPECT_EQ(metrics.in_flight, 1U);
}

TEST_F(BatchPolls, LeaveTheOthersForTheNext) {
    queue({"a", "b", "c", "d", "e", "f"});
    script.answer_batch(answers({starting(), starting(), starting(), starting()}));
    EXPECT_EQ(script.take_log(), (lines{"0 done first ready", "0 poll a+b+c+d until 10000",
                                        "0 poll e+f until 10000"}));
}

TEST_F(BatchPolls, TakeTheMostUrgent) {
    auto policy = std::make_shared<recording_cadence>();
    policy->worth = [](const urgency_input& input) {
        return std::chrono::duration<double>(input.now).count();
    };
    auto options = one_at_a_time();
    options.cadence = policy;
    wait_script ranked(options);
    ranked.batch.most = 2;
    ranked.start("first", wait_script::timeout(60s));
    for (const auto& [key, age] :
         std::map<std::string, duration>{{"a", 1s}, {"b", 9s}, {"c", 5s}, {"d", 7s}}) {
        wait_options wait = wait_script::timeout(60s);
        wait.created_at = ranked.now() - age;
        ranked.start(key, wait);
    }
    ranked.take_log();
    ranked.answer("first", ready());
    ranked.answer_batch(answers({starting(), starting()}));
    EXPECT_EQ(ranked.take_log(),
              (lines{"0 done first ready", "0 poll b+d until 10000", "0 poll c+a until 10000"}));
}

TEST_F(BatchPolls, AreNotWorthItForFewerKeysThanTheObserverSays) {
    script.batch.least = 3;
    queue({"a", "b"});
    EXPECT_EQ(script.take_log(), (lines{"0 done first ready", "0 poll a until 10000"}));
}

TEST_F(BatchPolls, AreImpossibleWhereMostIsLessThanLeast) {
    script.batch.least = 5;
    queue({"a", "b", "c", "d", "e", "f"});
    EXPECT_EQ(script.take_log(), (lines{"0 done first ready", "0 poll a until 10000"}));
}

TEST_F(BatchPolls, TakeAlongKeysThatWouldBeDueBeforeTheAnswerIsBack) {
    auto options = wait_script::make_options();
    wait_script spread(options);
    spread.batch.most = 4;
    spread.start("a", wait_script::timeout(60s));
    spread.start("b", wait_script::timeout(60s));
    spread.run_until(10ms);
    spread.start("c", wait_script::timeout(60s));
    spread.run_until(20ms);
    spread.answer("a", starting());
    spread.answer("b", starting());
    spread.run_until(30ms);
    spread.answer("c", starting());
    spread.run_until(300ms);
    spread.start("d", wait_script::timeout(60s));
    spread.run_until(320ms);
    spread.answer("d", starting());
    spread.take_log();
    spread.run_until(1200ms);
    EXPECT_EQ(spread.take_log(), lines{"1000 poll a+b+c until 11000"});
}

TEST_F(BatchPolls, FailAsOnePollForEachKey) {
    wait_options hasty = wait_script::timeout(60s);
    hasty.max_failures = 2;
    start("first");
    auto& impatient = script.start("a", hasty);
    auto& patient = start("b");
    script.answer("first", ready());
    batch_observation seen;
    seen.whole = failed_status(503);
    seen.whole.message = "later";
    script.answer_batch(seen);
    EXPECT_FALSE(script.is_done(impatient));
    EXPECT_EQ(script.state->metrics(script.now()).failures, 1U);
    for (int step = 0; step < 200 && !script.is_done(impatient); ++step) {
        if (script.polls.empty()) {
            script.run_until(*script.state->next_wake() - script.begin);
        } else if (script.polls.front().is_batch) {
            script.answer_batch(seen);
        } else {
            script.answer(script.polls.front().key, failed_status(503));
        }
    }
    ASSERT_TRUE(script.is_done(impatient));
    EXPECT_EQ(script.end_of(impatient).ec, make_http_status_error(503));
    EXPECT_EQ(script.evidence_of(impatient).consecutive_failures, 2U);
    EXPECT_FALSE(script.is_done(patient));
}

TEST_F(BatchPolls, RaiseTheFloorForAll) {
    queue({"a", "b"});
    batch_observation seen;
    seen.whole = failed_status(429);
    seen.whole.not_before = script.now() + 3s;
    script.answer_batch(seen);
    script.take_log();
    script.run_until(2999ms);
    EXPECT_EQ(script.take_log(), lines{});
    EXPECT_EQ(script.state->metrics(script.now()).throttled, 1U);
}

TEST_F(BatchPolls, AreFollowedByASinglePollAKeyOfWhichTheySaidNothing) {
    queue({"a", "b", "c"});
    script.answer_batch(answers({starting(), std::nullopt, starting()}));
    EXPECT_EQ(script.take_log(),
              (lines{"0 done first ready", "0 poll a+b+c until 10000", "0 poll b until 10000"}));
    script.answer("b", starting());
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a+b+c until 11000"});
}

TEST_F(BatchPolls, TakeAShortListOfAnswersForSilence) {
    queue({"a", "b"});
    script.answer_batch(answers({starting()}));
    EXPECT_EQ(script.take_log(),
              (lines{"0 done first ready", "0 poll a+b until 10000", "0 poll b until 10000"}));
}

TEST_F(BatchPolls, GoOnWithoutAKeyThatIsCancelled) {
    start("first");
    auto& leaver = start("a");
    auto& stayer = start("b");
    script.answer("first", ready());
    script.take_log();
    script.cancel(leaver);
    EXPECT_EQ(script.take_log(), lines{"0 done a cancelled"});
    script.answer_batch(answers({ready(1), ready(2)}));
    ASSERT_TRUE(script.is_done(stayer));
    EXPECT_EQ(script.end_of(stayer).result.exposed_port.port, 2);
}

TEST_F(BatchPolls, AreCancelledWhenAllKeysHaveLeft) {
    start("first");
    auto& one = start("a");
    auto& other = start("b");
    script.answer("first", ready());
    script.take_log();
    script.cancel(one);
    script.cancel(other);
    EXPECT_EQ(script.take_log(),
              (lines{"0 done a cancelled", "0 done b cancelled", "0 cancel poll a+b"}));
    batch_observation aborted;
    aborted.whole = failed(boost::asio::error::operation_aborted);
    script.answer_batch(aborted);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).failures, 0U);
}

TEST_F(BatchPolls, LastAsLongAsTheirLongestWaiterAllows) {
    start("first");
    start("a", 3s);
    start("b", 5s);
    script.answer("first", ready());
    EXPECT_EQ(script.take_log().back(), "0 poll a+b until 5000");
    script.run_until(4s);
    EXPECT_EQ(script.take_log(), lines{"3000 done a timeout"});
}

/// A server that holds polls up to four keys for ten seconds.
class BatchHolds : public ::testing::Test {
protected:
    BatchHolds() {
        script.batch.most = 4;
        script.batch.hold_limit = 10s;
    }

    static wait_engine_options one_hold() {
        auto options = wait_script::make_options();
        options.max_held = 1;
        return options;
    }

    waiter& start(const std::string& key, duration timeout = 60s) {
        auto& wait = script.start(key, wait_script::timeout(timeout));
        script.answer(key, starting());
        return wait;
    }

    wait_script script{one_hold()};
};

TEST_F(BatchHolds, TakeInKeysThatAreStarting) {
    start("a");
    start("b");
    EXPECT_EQ(script.take_log(), (lines{"0 poll a until 10000", "0 poll b until 10000",
                                        "0 poll a+b hold 10000 until 20000"}));
    EXPECT_EQ(script.state->metrics(script.now()).held, 1U);
    script.run_until(10s);
    EXPECT_EQ(script.take_log(), lines{});
}

TEST_F(BatchHolds, AnsweredEarlyGoOnAtOnceForThoseStillStarting) {
    start("a");
    start("b");
    start("c");
    script.take_log();
    script.run_until(300ms);
    script.answer_batch(answers({ready(), starting()}));
    EXPECT_EQ(script.take_log(),
              (lines{"300 done a ready", "300 poll b+c hold 10000 until 20300"}));
}

TEST_F(BatchHolds, TakeTheNearestDeadlinesFirst) {
    for (int key = 0; key < 5; ++key) {
        wait_options options = wait_script::timeout(60s - 5s * key);
        script.start(std::to_string(key), options);
    }
    script.take_log();
    script.answer("0", starting());
    script.answer("1", starting());
    script.answer_batch(answers({starting(), starting()}));
    EXPECT_EQ(script.take_log(), lines{"0 poll 1+0 hold 10000 until 20000"});
}

TEST_F(BatchHolds, EndInTimeForTheNearestDeadline) {
    start("a", 6s);
    start("b", 60s);
    const auto log = script.take_log();
    EXPECT_EQ(log.back(), "0 poll a+b hold 5950 until 15950");
}

TEST_F(BatchHolds, AnsweredAtOnceWithoutNewsFallBackToTheCadence) {
    start("a");
    start("b");
    script.take_log();
    script.run_until(5ms);
    script.answer_batch(answers({starting(), starting()}));
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a+b until 11000"});
}

TEST_F(BatchHolds, DroppedAreNoFailedPolls) {
    wait_options hasty = wait_script::timeout(60s);
    hasty.max_failures = 1;
    auto& wait = script.start("a", hasty);
    script.answer("a", starting());
    start("b");
    script.take_log();
    script.run_until(8s);
    batch_observation dropped;
    dropped.whole = failed(error::connection_closed, true);
    script.answer_batch(dropped);
    EXPECT_FALSE(script.is_done(wait));
    EXPECT_EQ(script.state->metrics(script.now()).failures, 0U);
    EXPECT_EQ(script.take_log(), lines{"8000 poll a+b until 18000"});
}

TEST_F(BatchHolds, LeaveAKeyThatIsCancelled) {
    auto& leaver = start("a");
    auto& stayer = start("b");
    script.take_log();
    script.cancel(leaver);
    script.run_until(2s);
    script.answer_batch(answers({ready(1), ready(2)}));
    ASSERT_TRUE(script.is_done(stayer));
    EXPECT_EQ(script.end_of(stayer).result.exposed_port.port, 2);
    EXPECT_EQ(script.state->metrics(script.now()).held, 0U);
}

TEST(BatchHoldsUnderAShortRate, TakeInKeysThatAreDue) {
    auto options = wait_script::make_options();
    options.max_rate = 1;
    options.max_held = 1;
    wait_script script(options);
    script.batch.most = 4;
    for (const char* key : {"a", "b", "c", "d"}) {
        script.start(key, wait_script::timeout(60s));
    }
    script.answer("a", starting());
    script.run_until(1s);
    script.batch.hold_limit = 10s;
    script.take_log();
    script.answer_batch(answers({starting(), starting(), starting(), starting()}));
    script.run_until(2s);
    EXPECT_EQ(script.take_log(), lines{"1980 poll a+b+c+d hold 10000 until 21980"});
}

} // namespace
} // namespace roomport::wait_detail
