#include "recording_cadence.hpp"
#include "wait_script.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// A script whose keys follow a cadence that records.
class Learning : public ::testing::Test {
protected:
    wait_options known_age(duration age, duration timeout = 60s) {
        wait_options options = wait_script::timeout(timeout);
        options.created_at = script.now() - age;
        return options;
    }

    static wait_engine_options options_with(std::shared_ptr<cadence> policy) {
        auto options = wait_script::make_options();
        options.cadence = std::move(policy);
        return options;
    }

    const start_time_sample& only_sample() {
        EXPECT_EQ(policy->learned.size(), 1U);
        static const start_time_sample none;
        return policy->learned.empty() ? none : policy->learned.front();
    }

    std::shared_ptr<recording_cadence> policy = std::make_shared<recording_cadence>();
    wait_script script{options_with(policy)};
};

TEST_F(Learning, AsksForTheGroupOnceAKeyAndPassesItOn) {
    wait_options options = known_age(0s);
    options.group = "london";
    script.start("a", options);
    script.start("a", options);
    EXPECT_EQ(policy->groups, lines{"london"});
    script.answer("a", starting());
    ASSERT_EQ(policy->pauses.size(), 1U);
    EXPECT_EQ(policy->pauses.front().group, 7U);
}

TEST_F(Learning, PlansTheFirstPollOfAKeyWhoseAgeIsKnown) {
    policy->next_first_pause = 400ms;
    script.start("a", known_age(100ms));
    ASSERT_EQ(policy->first_pauses.size(), 1U);
    EXPECT_EQ(policy->first_pauses.front().age, 100ms);
    EXPECT_EQ(policy->first_pauses.front().polls, 0U);
    EXPECT_TRUE(policy->first_pauses.front().is_age_known);
    EXPECT_EQ(policy->first_pauses.front().group, 7U);
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"400 poll a until 10400"});
}

TEST_F(Learning, PollsAtOnceAtAKeyWhoseAgeNobodyKnows) {
    policy->next_first_pause = 400ms;
    script.start("a", wait_script::timeout(60s));
    EXPECT_TRUE(policy->first_pauses.empty());
    EXPECT_EQ(script.take_log(), lines{"0 poll a until 10000"});
}

TEST_F(Learning, TakesACreationInTheFutureForNow) {
    script.start("a", known_age(-5s));
    ASSERT_EQ(policy->first_pauses.size(), 1U);
    EXPECT_EQ(policy->first_pauses.front().age, 0s);
}

TEST_F(Learning, TellsAgesFromTheCreation) {
    script.start("a", known_age(3s));
    script.run_until(20ms);
    script.answer("a", starting());
    ASSERT_EQ(policy->pauses.size(), 1U);
    EXPECT_EQ(policy->pauses.front().age, 3020ms);
    EXPECT_TRUE(policy->pauses.front().is_age_known);
}

TEST_F(Learning, TellsTheIntervalBetweenSendingAndAnswer) {
    script.start("a", known_age(2s));
    script.run_until(20ms);
    script.answer("a", starting());
    script.run_until(1500ms);
    script.answer("a", ready());
    EXPECT_EQ(only_sample().after, 2s) << "it may have been decided as soon as it was sent";
    EXPECT_EQ(only_sample().by, 3500ms);
    EXPECT_EQ(only_sample().group, 7U);
    EXPECT_TRUE(only_sample().is_age_known);
}

TEST_F(Learning, CountsFromWhenTheRequestReallyLeft) {
    script.start("a", known_age(0s));
    script.run_until(500ms);
    observation seen = starting();
    seen.times.queue = 100ms;
    seen.times.resolve = 50ms;
    seen.times.connect = 50ms;
    seen.times.handshake = 100ms;
    script.answer("a", seen);
    script.run_until(1600ms);
    script.answer("a", ready());
    EXPECT_EQ(only_sample().after, 300ms);
}

TEST_F(Learning, BeginsAtZeroWhereTheKeyNeverWasSeenStarting) {
    script.start("a", wait_script::timeout(60s));
    script.run_until(30ms);
    script.answer("a", ready());
    EXPECT_EQ(only_sample().after, 0s);
    EXPECT_EQ(only_sample().by, 30ms);
    EXPECT_FALSE(only_sample().is_age_known);
}

TEST_F(Learning, TakesTheServersOwnTimeWhereItTellsIt) {
    script.start("a", wait_script::timeout(60s));
    script.run_until(30ms);
    observation seen = ready();
    seen.start_time = 4200ms;
    script.answer("a", seen);
    EXPECT_EQ(only_sample().after, 4200ms);
    EXPECT_EQ(only_sample().by, 4200ms);
    EXPECT_TRUE(only_sample().is_age_known);
}

TEST_F(Learning, TakesAHeldAnswerForTheMomentOfReadiness) {
    script.start("a", known_age(0s));
    script.run_until(40ms);
    script.answer("a", starting(20s));
    script.run_until(6s);
    script.answer("a", ready());
    // One sample of 40 ms: an answer takes at most 120 ms.
    EXPECT_EQ(only_sample().after, 6s - 120ms);
    EXPECT_EQ(only_sample().by, 6s);
}

TEST_F(Learning, TellsOfAKeyThatTheLastWaiterLeft) {
    auto& first = script.start("a", known_age(1s));
    auto& second = script.start("a", known_age(1s));
    script.run_until(10ms);
    script.answer("a", starting());
    script.cancel(first);
    EXPECT_TRUE(policy->learned.empty());
    script.cancel(second);
    EXPECT_EQ(only_sample().after, 1s);
    EXPECT_EQ(only_sample().by, duration::max());
}

TEST_F(Learning, TellsOfAKeyWhoseDeadlinePassed) {
    script.start("a", known_age(0s, 2500ms));
    script.run_until(10ms);
    script.answer("a", starting());
    script.run_until(1010ms);
    script.answer("a", starting());
    script.run_until(3s);
    EXPECT_EQ(only_sample().after, 1010ms);
    EXPECT_EQ(only_sample().by, duration::max());
}

TEST_F(Learning, SaysNothingOfAKeyOfWhichNothingIsKnown) {
    auto& wait = script.start("a", known_age(0s));
    script.cancel(wait);
    EXPECT_TRUE(policy->learned.empty());
}

TEST_F(Learning, CountsTheKeysThatWaitInTheQueueByTheLawThatTheyFollow) {
    auto options = options_with(policy);
    options.max_rate = 1;
    wait_script slow(options);
    const auto start = [&](const std::string& key, cadence_group group, bool is_age_known) {
        policy->group_number = group;
        wait_options with = wait_script::timeout(60s);
        if (is_age_known) {
            with.created_at = slow.now();
        }
        slow.start(key, with);
    };
    start("polled", 1, true);
    for (int key = 0; key < 5; ++key) {
        start("other group " + std::to_string(key), 2, true);
    }
    for (int key = 0; key < 3; ++key) {
        start("other age " + std::to_string(key), 1, false);
    }
    start("a", 1, true);
    start("b", 1, true);
    slow.answer("polled", ready());
    EXPECT_EQ(only_sample().queued, 2U);
    slow.cancel_all();
    EXPECT_EQ(slow.ended.size(), 11U);
}

TEST_F(Learning, TellsOfAKeyOnceThoughItsWaitersGoOn) {
    wait_options picky = known_age(0s);
    picky.acceptors = std::make_shared<acceptors>(
        1, acceptor([](const observation&) { return true; }, verdict::not_yet));
    auto& wait = script.start("a", picky);
    script.answer("a", ready());
    script.run_until(1s);
    script.answer("a", ready());
    script.cancel(wait);
    EXPECT_EQ(policy->learned.size(), 1U);
}

TEST_F(Learning, IsBoundedWhereAllLeaveAtOnce) {
    for (int key = 0; key < 1500; ++key) {
        script.start(std::to_string(key), known_age(1s));
        script.answer(std::to_string(key), starting());
    }
    script.cancel_all();
    EXPECT_EQ(policy->learned.size(), 1000U);
    EXPECT_EQ(script.ended.size(), 1500U);
}

TEST(CadenceThatThrows, LeavesTheEngineItsOwnWay) {
    class bad_cadence final : public cadence {
        duration pause(const cadence_input&) override { throw std::runtime_error("pause"); }
        duration first_pause(const cadence_input&) override { throw std::runtime_error("first"); }
        cadence_group group(std::string_view) override { throw std::runtime_error("group"); }
        void learn(const start_time_sample&) override { throw std::runtime_error("learn"); }
        double urgency(const urgency_input&) override { throw std::runtime_error("urgency"); }
    };
    auto options = wait_script::make_options();
    options.cadence = std::make_shared<bad_cadence>();
    wait_script script(options);
    wait_options known = wait_script::timeout(60s);
    known.created_at = script.now();
    script.start("a", known);
    script.answer("a", starting());
    script.run_until(1s);
    script.answer("a", ready());
    EXPECT_EQ(script.take_log(),
              (lines{"0 caught group", "0 caught first", "0 caught urgency", "0 poll a until 10000",
                     "0 caught pause", "1000 caught urgency", "1000 poll a until 11000",
                     "1000 caught learn", "1000 done a ready"}));
}

} // namespace
} // namespace roomport::wait_detail
