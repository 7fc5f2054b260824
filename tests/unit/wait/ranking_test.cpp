#include "recording_cadence.hpp"
#include "wait_script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// A server that allows one poll a second, and a cadence whose words count.
class Ranking : public ::testing::Test {
protected:
    wait_engine_options make_options(double rate) {
        auto options = wait_script::make_options();
        options.cadence = policy;
        options.max_rate = rate;
        return options;
    }

    /// The keys in the order in which their polls began.
    lines keys_polled() {
        lines keys;
        for (const auto& line : script.take_log()) {
            const auto from = line.find("poll ");
            if (from != std::string::npos) {
                keys.push_back(line.substr(from + 5, line.find(' ', from + 5) - from - 5));
            }
        }
        return keys;
    }

    void start_with_age(const std::string& key, duration age, duration timeout = 1h) {
        wait_options options = wait_script::timeout(timeout);
        options.created_at = script.now() - age;
        script.start(key, options);
    }

    /// Every poll finds its key starting, a little after it began.
    void run_with_answers(duration end) {
        while (script.elapsed < end) {
            while (!script.polls.empty()) {
                script.answer(script.polls.front().key, starting());
            }
            const auto wake = script.state->next_wake();
            script.run_until(wake ? std::min(end, *wake - script.begin) : end);
        }
    }

    std::shared_ptr<recording_cadence> policy = std::make_shared<recording_cadence>();
    wait_script script{make_options(1)};
};

TEST_F(Ranking, LetsTheMostUrgentBeginFirst) {
    policy->worth = [](const urgency_input& input) {
        return input.now > 50s ? 0.0 : std::chrono::duration<double>(input.now).count();
    };
    start_with_age("first", 1s);
    for (const auto& [key, age] : std::map<std::string, duration>{
             {"a", 10s}, {"b", 40s}, {"c", 20s}, {"d", 100s}, {"e", 30s}}) {
        start_with_age(key, age);
    }
    script.run_until(5500ms);
    EXPECT_EQ(keys_polled(), (lines{"first", "b", "e", "c", "a", "d"}));
}

TEST_F(Ranking, CountsFromTheLastPollThatFoundTheKeyStarting) {
    start_with_age("a", 10s);
    script.run_until(20ms);
    script.answer("a", starting());
    script.run_until(3s);
    const auto& asked = policy->urgencies.back();
    EXPECT_EQ(asked.group, 7U);
    EXPECT_TRUE(asked.is_age_known);
    EXPECT_EQ(asked.last, 10s);
    EXPECT_EQ(asked.now, 11020ms);
}

TEST_F(Ranking, SaysWhetherAgesCountFromTheCreation) {
    start_with_age("known", 10s);
    script.start("unknown", wait_script::timeout(60s));
    ASSERT_EQ(policy->urgencies.size(), 2U);
    EXPECT_TRUE(policy->urgencies.front().is_age_known);
    EXPECT_FALSE(policy->urgencies.back().is_age_known);
}

TEST_F(Ranking, IsNeverOlderThanAMomentForTheKeysQueued) {
    policy->worth = [](const urgency_input& input) {
        // Young keys count most, until they are five seconds old.
        return input.now < 5s ? 1000.0 : std::chrono::duration<double>(input.now).count();
    };
    start_with_age("first", 100s);
    start_with_age("young", 4500ms);
    start_with_age("old", 900s);
    start_with_age("older", 950s);
    script.run_until(500ms);
    EXPECT_EQ(keys_polled(), lines{"first"});
    script.run_until(2500ms);
    EXPECT_EQ(keys_polled(), (lines{"older", "old"})) << "it was ranked anew as it grew older";
}

TEST_F(Ranking, PutsLastPollsFirst) {
    policy->worth = [](const urgency_input& input) {
        return std::chrono::duration<double>(input.now).count();
    };
    start_with_age("first", 0s);
    start_with_age("old", 500s);
    start_with_age("ends", 1s, 2200ms);
    for (int key = 0; key < 5; ++key) {
        start_with_age(std::to_string(key), 400s);
    }
    script.run_until(2100ms);
    EXPECT_EQ(keys_polled(), (lines{"first", "old", "ends"}));
}

TEST_F(Ranking, CountsAKeyWhosePollsFailForLess) {
    start_with_age("failing", 0s);
    script.answer("failing", failed(error::not_json));
    start_with_age("good", 0s);
    script.run_until(1500ms);
    EXPECT_EQ(keys_polled(), (lines{"failing", "good"}));
}

TEST_F(Ranking, StarvesNobody) {
    policy->worth = [](const urgency_input& input) {
        return input.now > 500s ? 0.001 : 10.0;
    };
    policy->next_pause = 10ms;
    for (int key = 0; key < 5; ++key) {
        start_with_age("b" + std::to_string(key), 0s);
    }
    start_with_age("poor", 1000s);
    run_with_answers(100s);
    const auto keys = keys_polled();
    EXPECT_GE(std::count(keys.begin(), keys.end(), "poor"), 1);
    EXPECT_LE(std::count(keys.begin(), keys.end(), "poor"), 5);
    EXPECT_GT(keys.size(), 90U);
}

TEST_F(Ranking, TakesWhatIsNoNumberForNothing) {
    policy->worth = [](const urgency_input& input) {
        if (input.now < 2s) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        return input.now < 20s ? -std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::infinity();
    };
    start_with_age("first", 0s);
    start_with_age("a", 0s);
    start_with_age("b", 10s);
    start_with_age("c", 30s);
    script.run_until(3500ms);
    const auto keys = keys_polled();
    EXPECT_EQ(keys.size(), 4U);
    EXPECT_EQ(keys[1], "c");
}

TEST_F(Ranking, KeepsTheRateWhateverIsDue) {
    policy->next_pause = 0s;
    for (int key = 0; key < 50; ++key) {
        start_with_age(std::to_string(key), 1s);
    }
    run_with_answers(60s);
    const auto metrics = script.state->metrics(script.now());
    EXPECT_LE(metrics.polls, 62U);
    EXPECT_GE(metrics.polls, 59U);
    EXPECT_EQ(metrics.queued, 50U);
    EXPECT_DOUBLE_EQ(metrics.rate, 1.0);
}

} // namespace
} // namespace roomport::wait_detail
