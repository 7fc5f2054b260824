// Waits that are shorter than what an engine that has timed no answer yet takes a round trip for.

#include "recording_cadence.hpp"
#include "wait_script.hpp"

#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// A server whose answers take 20 ms, and a cadence that would never poll again in time.
class ShortWait : public ::testing::Test {
protected:
    static wait_engine_options make_options() {
        auto options = wait_script::make_options();
        auto policy = std::make_shared<recording_cadence>();
        policy->next_pause = 1min;
        policy->next_first_pause = 1min;
        options.cadence = policy;
        return options;
    }

    /// Answers each poll 20 ms after it began, from `ready_at` on with success.
    void play(duration ready_at, duration end) {
        duration polled_at{};
        while (script.elapsed < end) {
            if (!script.polls.empty()) {
                polled_at = script.elapsed;
                script.run_until(polled_at + 20ms);
                if (!script.polls.empty()) {
                    script.answer("a", polled_at + 10ms < ready_at ? starting() : ready());
                }
                continue;
            }
            const auto wake = script.state->next_wake();
            script.run_until(wake ? std::min(end, *wake - script.begin) : end);
        }
    }

    bool is_ready(duration timeout, duration ready_at, bool is_age_known) {
        wait_options options = wait_script::timeout(timeout);
        if (is_age_known) {
            options.created_at = script.now();
        }
        const auto& wait = script.start("a", options);
        play(ready_at, 1s);
        EXPECT_TRUE(script.is_done(wait));
        return script.is_done(wait) && !script.end_of(wait).ec.failed();
    }

    wait_script script{make_options()};
};

TEST_F(ShortWait, PollsAtOnce) {
    EXPECT_TRUE(is_ready(30ms, 0ms, false));
}

TEST_F(ShortWait, PollsInTimeThoughTheCadenceWouldWait) {
    EXPECT_TRUE(is_ready(300ms, 0ms, true));
}

TEST_F(ShortWait, PollsAtOnceWhereLaterMayBeTooLate) {
    EXPECT_TRUE(is_ready(200ms, 0ms, true));
}

TEST_F(ShortWait, PollsOnceMoreShortlyBeforeItsDeadline) {
    EXPECT_TRUE(is_ready(300ms, 200ms, false));
}

TEST_F(ShortWait, PollsOnceMoreWhereItsFirstPollWasPlanned) {
    EXPECT_TRUE(is_ready(300ms, 200ms, true));
}

TEST_F(ShortWait, EndsAtItsDeadlineWhereTheServerNeverAnswers) {
    const auto& wait = script.start("a", wait_script::timeout(300ms));
    script.run_until(1s);
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::deadline_passed));
    EXPECT_EQ(script.end_of(wait).at, 300ms);
}

TEST_F(ShortWait, DoesNotPollAgainAndAgainBeforeItsDeadline) {
    script.start("a", wait_script::timeout(300ms));
    play(1h, 1s);
    const auto metrics = script.state->metrics(script.now());
    EXPECT_LE(metrics.polls, 3U);
}

} // namespace
} // namespace roomport::wait_detail
