#include <roomport/wait/cadence.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace roomport {
namespace {

using namespace std::chrono_literals;

duration seconds(double count) {
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(count));
}

duration pause_at(cadence& policy, duration age, cadence_group where = 0, bool is_known = true) {
    cadence_input input;
    input.group = where;
    input.age = age;
    input.is_age_known = is_known;
    return policy.pause(input);
}

duration first_pause(cadence& policy, cadence_group where = 0) {
    cadence_input input;
    input.group = where;
    input.is_age_known = true;
    input.polls = 0;
    return policy.first_pause(input);
}

double urgency(cadence& policy, duration last, duration now, cadence_group where = 0,
               bool is_known = true) {
    urgency_input input;
    input.group = where;
    input.is_age_known = is_known;
    input.last = last;
    input.now = now;
    return policy.urgency(input);
}

start_time_sample sample(duration after, duration by, cadence_group where = 0,
                         bool is_known = true) {
    start_time_sample made;
    made.group = where;
    made.is_age_known = is_known;
    made.after = after;
    made.by = by;
    return made;
}

/// The ages of all polls until `end` at a key that does not start.
std::vector<duration> polls_until(cadence& policy, duration end, cadence_group where = 0) {
    std::vector<duration> polls = {first_pause(policy, where)};
    while (polls.back() < end && polls.size() < 10000) {
        polls.push_back(polls.back() + pause_at(policy, polls.back(), where));
    }
    return polls;
}

/// Rooms that start after normally distributed times, seen by the policy's own polls.
void live(cadence& policy, double mean, double deviation, int rooms, unsigned seed,
          cadence_group where = 0) {
    std::mt19937 random(seed);
    std::normal_distribution<double> time(mean, deviation);
    for (int room = 0; room < rooms; ++room) {
        const duration start = std::max<duration>(1ms, seconds(time(random)));
        duration last{};
        duration poll = first_pause(policy, where);
        while (poll < start) {
            last = poll;
            poll += pause_at(policy, poll, where);
        }
        policy.learn(sample(last, poll, where));
    }
}

std::size_t count_between(const std::vector<duration>& polls, duration from, duration until) {
    return static_cast<std::size_t>(std::count_if(
        polls.begin(), polls.end(), [&](duration at) { return at >= from && at < until; }));
}

TEST(LearnedCadence, PollsAtGrowingDistancesBeforeItHasLearned) {
    const auto policy = learned_cadence();
    const auto polls = polls_until(*policy, 60s);
    ASSERT_GT(polls.size(), 15U);
    ASSERT_LT(polls.size(), 60U);
    EXPECT_LT(polls.front(), 1s);
    for (std::size_t poll = 1; poll < polls.size(); ++poll) {
        const duration gap = polls[poll] - polls[poll - 1];
        EXPECT_GE(gap, 90ms);
        EXPECT_LE(gap, 5s);
    }
    EXPECT_LT(polls[2] - polls[1], polls.back() - polls[polls.size() - 2]);
}

TEST(LearnedCadence, PollsWhereKeysStart) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.3, 200, 1);
    const auto polls = polls_until(*policy, 60s);
    EXPECT_GT(polls.front(), 4s);
    EXPECT_LT(polls.front(), 5500ms);
    EXPECT_GE(count_between(polls, 4s, 7s), 3U);
}

TEST(LearnedCadence, PollsBetweenTheModesOfALawSeldom) {
    const auto policy = learned_cadence();
    for (int room = 0; room < 150; ++room) {
        live(*policy, room % 2 == 0 ? 1 : 20, 0.1, 1, static_cast<unsigned>(room));
    }
    const auto polls = polls_until(*policy, 60s);
    EXPECT_GE(count_between(polls, 700ms, 2s), 1U);
    EXPECT_LE(count_between(polls, 3s, 17s), 3U);
    EXPECT_GE(count_between(polls, 18s, 23s), 2U);
}

TEST(LearnedCadence, FollowsStartsThatBecomeSlowerAndFaster) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.3, 500, 1);
    live(*policy, 15, 0.5, 40, 2);
    const auto polls = polls_until(*policy, 60s);
    EXPECT_LE(count_between(polls, 0s, 12s), 2U);
    EXPECT_GE(count_between(polls, 14s, 17s), 3U);
    live(*policy, 3, 0.3, 60, 3);
    EXPECT_LT(first_pause(*policy), 4s);
}

TEST(LearnedCadence, WaitsForALateLawInOnePause) {
    const auto policy = learned_cadence();
    live(*policy, 45, 0.5, 600, 1);
    EXPECT_GT(first_pause(*policy), 43s);
    EXPECT_LT(first_pause(*policy), 47s);
}

TEST(LearnedCadence, FindsAnEarlyModeThatItHadNoReasonToPollFor) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.1, 400, 1);
    ASSERT_EQ(count_between(polls_until(*policy, 10s), 0s, 4s), 0U);
    for (unsigned room = 0; room < 2000; ++room) {
        live(*policy, room % 3 == 0 ? 1 : 5, 0.1, 1, 1000 + room);
    }
    EXPECT_GE(count_between(polls_until(*policy, 10s), 1s, 2s), 1U);
}

TEST(LearnedCadence, PollsAsIfPollsWereCheaperNowAndThen) {
    const auto policy = learned_cadence();
    std::size_t often = 0;
    std::size_t seldom = 1000;
    for (unsigned room = 0; room < 600; ++room) {
        live(*policy, 8, 2, 1, room);
        if (room >= 400) {
            const std::size_t polls = count_between(polls_until(*policy, 12s), 0s, 12s);
            often = std::max(often, polls);
            seldom = std::min(seldom, polls);
        }
    }
    EXPECT_GE(often, 2 * seldom);
}

TEST(LearnedCadence, DoesNotLookAroundWhileKeysQueueForTheirPoll) {
    const auto policy = learned_cadence();
    for (int room = 0; room < 400; ++room) {
        start_time_sample one =
            sample(seconds(6 + room % 40 * 0.1), seconds(6.1 + room % 40 * 0.1));
        one.queued = 1;
        policy->learn(one);
    }
    const std::size_t polls = polls_until(*policy, 12s).size();
    for (int room = 0; room < 200; ++room) {
        start_time_sample one =
            sample(seconds(6 + room % 40 * 0.1), seconds(6.1 + room % 40 * 0.1));
        one.queued = 1;
        policy->learn(one);
        ASSERT_LT(polls_until(*policy, 12s).size(), 2 * polls);
    }
}

TEST(LearnedCadence, NeverStopsPolling) {
    for (const bool has_learned : {false, true}) {
        const auto policy = learned_cadence();
        if (has_learned) {
            live(*policy, 2, 0.1, 1000, 1);
        }
        const auto polls = polls_until(*policy, 2h);
        EXPECT_GE(polls.back(), 2h);
        for (std::size_t poll = 1; poll < polls.size(); ++poll) {
            ASSERT_GT(polls[poll], polls[poll - 1]);
            ASSERT_LE(polls[poll] - polls[poll - 1], 30s);
        }
        for (const duration age : {10min, 60min}) {
            const duration pause = pause_at(*policy, age);
            EXPECT_GE(pause, 2s);
            EXPECT_LE(pause, 30s);
        }
        EXPECT_GT(pause_at(*policy, duration::max()), 0s);
        EXPECT_LE(pause_at(*policy, duration::max()), 30s);
    }
}

TEST(LearnedCadence, KeepsPollingThoughNothingEverStarts) {
    const auto policy = learned_cadence();
    for (int room = 0; room < 500; ++room) {
        policy->learn(sample(120s, duration::max()));
    }
    const auto polls = polls_until(*policy, 120s);
    EXPECT_GE(polls.size(), 4U);
}

TEST(LearnedCadence, MakesAPauseFromAnyAge) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.5, 100, 1);
    std::mt19937 random(7);
    std::uniform_real_distribution<double> age(0, 200);
    for (int draw = 0; draw < 5000; ++draw) {
        const duration pause = pause_at(*policy, seconds(age(random)));
        ASSERT_GT(pause, 1ms);
        ASSERT_LE(pause, 30s);
    }
    EXPECT_GT(pause_at(*policy, -5s), 0s);
}

TEST(LearnedCadence, LearnsFromExactTimes) {
    const auto policy = learned_cadence();
    for (int room = 0; room < 60; ++room) {
        const duration start = 7s + room % 5 * 20ms;
        policy->learn(sample(start, start));
    }
    EXPECT_GT(first_pause(*policy), 6500ms);
    EXPECT_LT(first_pause(*policy), 8s);
}

TEST(LearnedCadence, LearnsNothingWhereNothingWasSeen) {
    const auto policy = learned_cadence();
    const auto untaught = polls_until(*policy, 60s);
    for (int room = 0; room < 100; ++room) {
        policy->learn(sample(0s, duration::max()));
    }
    EXPECT_EQ(polls_until(*policy, 60s), untaught);
}

TEST(LearnedCadence, LearnsNothingFromAKeyThatMayHaveBeenReadyForLong) {
    const auto policy = learned_cadence();
    const duration untaught = pause_at(*policy, 0s, 0, false);
    for (int room = 0; room < 100; ++room) {
        policy->learn(sample(0s, 20ms, 0, false));
    }
    EXPECT_EQ(pause_at(*policy, 0s, 0, false), untaught);
}

TEST(LearnedCadence, LearnsNothingFromAKeyOfUnknownAgeThatWaitedLongForItsFirstPoll) {
    const auto policy = learned_cadence();
    for (int room = 0; room < 50; ++room) {
        policy->learn(sample(1800ms, 2s, 0, false));
    }
    const duration taught = pause_at(*policy, 10ms, 0, false);
    for (int room = 0; room < 400; ++room) {
        start_time_sample late = sample(0s, 40s + room * 100ms, 0, false);
        late.queued = 400;
        policy->learn(late);
    }
    EXPECT_EQ(pause_at(*policy, 10ms, 0, false), taught);
    EXPECT_GT(taught, 1700ms);
    EXPECT_LT(taught, 2200ms);
}

TEST(LearnedCadence, RanksEachKeyByTheLawThatItsAgeFollows) {
    const auto policy = learned_cadence();
    live(*policy, 20, 0.5, 100, 1);
    for (int room = 0; room < 60; ++room) {
        policy->learn(sample(1800ms, 2s, 0, false));
    }
    EXPECT_GT(urgency(*policy, 1s, 3s, 0, false), 5 * urgency(*policy, 1s, 3s, 0, true));
    EXPECT_GT(urgency(*policy, 19s, 21s, 0, true), urgency(*policy, 1s, 3s, 0, true) * 5);
}

TEST(LearnedCadence, LearnsAgesSinceCreationApartFromAgesSinceTheFirstWaiter) {
    const auto policy = learned_cadence();
    const duration untaught = pause_at(*policy, 10ms, 0, false);
    live(*policy, 5, 0.3, 100, 1);
    EXPECT_EQ(pause_at(*policy, 10ms, 0, false), untaught);
    for (int room = 0; room < 100; ++room) {
        policy->learn(sample(1800ms, 2s, 0, false));
    }
    EXPECT_GT(first_pause(*policy), 4s);
    const duration pause = pause_at(*policy, 10ms, 0, false);
    EXPECT_GT(pause, 1700ms);
    EXPECT_LT(pause, 2200ms);
}

TEST(LearnedCadence, LearnsEachGroupApart) {
    const auto policy = learned_cadence();
    const cadence_group near = policy->group("near");
    const cadence_group far = policy->group("far");
    EXPECT_NE(near, far);
    EXPECT_EQ(policy->group("near"), near);
    live(*policy, 2, 0.1, 100, 1, near);
    live(*policy, 20, 1, 100, 2, far);
    EXPECT_LT(first_pause(*policy, near), 3s);
    EXPECT_GT(first_pause(*policy, far), 10s);
}

TEST(LearnedCadence, LearnsOneLawForGroupsBeyondTheMost) {
    learned_cadence_options options;
    options.max_groups = 2;
    const auto policy = learned_cadence(options);
    const cadence_group one = policy->group("one");
    const cadence_group two = policy->group("two");
    const cadence_group rest = policy->group("three");
    EXPECT_NE(rest, one);
    EXPECT_NE(rest, two);
    for (int name = 0; name < 1000; ++name) {
        ASSERT_EQ(policy->group("more " + std::to_string(name)), rest);
    }
    EXPECT_EQ(policy->group("two"), two);
}

TEST(LearnedCadence, BearsAGroupItNeverGaveOut) {
    const auto policy = learned_cadence();
    policy->learn(sample(1s, 2s, 4000000000U));
    EXPECT_GT(first_pause(*policy, 4000000000U), 0s);
    EXPECT_GT(urgency(*policy, 0s, 1s, 4000000000U), 0);
}

TEST(LearnedCadence, DoesTheSameAgain) {
    const auto one = learned_cadence();
    const auto other = learned_cadence();
    live(*one, 6, 2, 120, 9);
    live(*other, 6, 2, 120, 9);
    EXPECT_EQ(polls_until(*one, 300s), polls_until(*other, 300s));
}

TEST(LearnedCadence, PollsMoreOftenWhereAPollCostsLess) {
    learned_cadence_options cheap;
    cheap.poll_cost = 10ms;
    learned_cadence_options dear;
    dear.poll_cost = 1s;
    EXPECT_GT(polls_until(*learned_cadence(cheap), 60s).size(),
              3 * polls_until(*learned_cadence(dear), 60s).size());
}

TEST(LearnedCadence, UrgencyGrowsWithTimeAtEveryAge) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.5, 100, 1);
    for (const duration last : {0s, 1s, 5s, 30s, 134s, 136s, 600s, 3600s}) {
        double before = 0;
        for (duration now = last; now < last + 300s; now += 37ms) {
            const double worth = urgency(*policy, last, now);
            ASSERT_TRUE(std::isfinite(worth));
            ASSERT_GE(worth, before * (1 - 1e-9) - 1e-9);
            before = worth;
        }
        EXPECT_GT(before, 0);
        EXPECT_NEAR(urgency(*policy, last, last), 0, 1e-9);
    }
}

TEST(LearnedCadence, UrgencyIsThePriceAtWhichAPollWouldBeBestNow) {
    const auto policy = learned_cadence();
    learned_cadence_options options;
    options.poll_cost = 400ms;
    const auto dearer = learned_cadence(options);
    for (int room = 0; room < 400; ++room) {
        const duration start = seconds(1 + (room * 7 % 400) / 50.0);
        policy->learn(sample(start, start));
        dearer->learn(sample(start, start));
    }
    cadence_input input;
    input.is_age_known = true;
    input.age = 3s;
    EXPECT_NEAR(urgency(*policy, 3s, 3s + policy->pause(input)), 0.1, 1e-3);
    EXPECT_NEAR(urgency(*policy, 3s, 3s + dearer->pause(input)), 0.4, 1e-3);
}

TEST(LearnedCadence, AKeyThatNeverStartsIsLessUrgentThanAFreshOne) {
    const auto policy = learned_cadence();
    live(*policy, 5, 0.5, 100, 1);
    for (const duration age : {60s, 600s, 3600s}) {
        EXPECT_LT(urgency(*policy, age, age + 1s), urgency(*policy, 4s, 5s) / 5);
    }
}

TEST(LearnedCadence, RefusesOptionsOutOfRange) {
    const auto with_cost = [](duration cost) {
        learned_cadence_options options;
        options.poll_cost = cost;
        return options;
    };
    EXPECT_THROW(learned_cadence(with_cost(0s)), std::invalid_argument);
    EXPECT_THROW(learned_cadence(with_cost(-1s)), std::invalid_argument);
    EXPECT_THROW(learned_cadence(with_cost(61s)), std::invalid_argument);
    EXPECT_NO_THROW(learned_cadence(with_cost(1ns)));
    EXPECT_NO_THROW(learned_cadence(with_cost(60s)));
    learned_cadence_options options;
    options.max_groups = 0;
    EXPECT_THROW(learned_cadence(options), std::invalid_argument);
    options.max_groups = 65537;
    EXPECT_THROW(learned_cadence(options), std::invalid_argument);
}

TEST(LearnedCadence, StaysSaneAtTheEndsOfTheCostOfAPoll) {
    for (const duration cost : std::initializer_list<duration>{1ns, 60s}) {
        learned_cadence_options options;
        options.poll_cost = cost;
        const auto policy = learned_cadence(options);
        live(*policy, 5, 0.5, 50, 1);
        duration age = first_pause(*policy);
        EXPECT_GT(age, 0s);
        for (int poll = 0; poll < 2000; ++poll) {
            const duration pause = pause_at(*policy, age);
            ASSERT_GE(pause, 4ms);
            ASSERT_LE(pause, 60s);
            age += pause;
        }
    }
}

} // namespace
} // namespace roomport
