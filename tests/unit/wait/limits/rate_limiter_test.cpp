// The budget against servers on virtual time: what begins when, and what the server had to refuse.

#include "eager_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

// --- the rate

TEST(RateLimiter, LimitsNothingUntilSomethingIsKnown) {
    rate_limiter budget(0);
    for (int poll = 0; poll < 1000; ++poll) {
        ASSERT_TRUE(budget.open(begin));
        budget.spend(begin);
    }
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(RateLimiter, SaysWhenTheNextPollMayBegin) {
    rate_limiter budget(10);
    ASSERT_TRUE(budget.open(begin));
    budget.spend(begin);
    EXPECT_FALSE(budget.open(begin));
    EXPECT_EQ(budget.opens_at(begin), begin + 80ms);
    EXPECT_TRUE(budget.open(begin + 80ms));
}

TEST(RateLimiter, LetsATickBeginTogetherWhatItsTimeAllows) {
    rate_limiter budget(1000);
    int begun = 0;
    for (; budget.open(begin); ++begun) {
        budget.spend(begin);
    }
    EXPECT_EQ(begun, 21);
}

TEST(RateLimiter, SavesNothingUpBeyondItsBurst) {
    rate_limiter budget(1000);
    budget.spend(begin);
    int begun = 0;
    for (; budget.open(begin + 1h); ++begun) {
        budget.spend(begin + 1h);
    }
    EXPECT_EQ(begun, 21);
}

TEST(RateLimiter, NeverDelaysALoneRoomThatKeepsToTheRate) {
    rate_limiter budget(2);
    time_point now = begin;
    for (int poll = 0; poll < 100; ++poll) {
        ASSERT_TRUE(budget.open(now)) << poll;
        budget.spend(now);
        budget.ended(poll_outcome::answered, now, now + 30ms);
        now += 500ms;
    }
}

TEST(RateLimiter, ExceedsAKnownRateOverNoTimeByMoreThanTheBurst) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_source random(seed);
        const double rate = 0.5 + static_cast<double>(random.next() % 3000) / 3;
        eager_client client(rate, 1 + random.next() % 50, seed, [](time_point) { return good(); });
        client.latency = random.up_to(100ms);
        client.run_until(begin + 10s);
        const auto& sent = client.sent;
        ASSERT_GE(sent.size(), 2U);
        for (std::size_t first = 0; first < sent.size(); first += 1 + random.next() % 7) {
            for (std::size_t last = first; last < sent.size(); last += 1 + random.next() % 7) {
                const double time = std::chrono::duration<double>(sent[last] - sent[first]).count();
                ASSERT_LE(static_cast<double>(last - first), rate * (time + 0.02) + 1e-6)
                    << "between " << first << " and " << last;
            }
        }
    }
}

TEST(RateLimiter, UsesAKnownRateInFull) {
    eager_client client(200, 30, 1, [](time_point) { return good(); });
    client.run_until(begin + 60s);
    EXPECT_GE(client.sent.size(), 12000U);
}

TEST(RateLimiter, IsNeverRefusedByAServerOfTheSameRate) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_source random(seed);
        const double rate = 1 + static_cast<double>(random.next() % 1000) / 2;
        enforcing_server server(rate, 2 + rate * 0.02);
        eager_client client(rate, 1 + random.next() % 50, seed, enforce(server));
        client.run_until(begin + 60s);
        EXPECT_TRUE(client.refused.empty());
    }
}

// --- 429

TEST(RateLimiter, CutsAnUnknownRateToWhatTheServerTook) {
    enforcing_server server(20, 20);
    eager_client client(0, 30, 1, enforce(server));
    client.run_until(begin + 1s);
    EXPECT_GT(client.budget.rate(), 8);
    EXPECT_LE(client.budget.rate(), 20);
}

TEST(RateLimiter, TakesTheRefusalOfAFirstPollForNoMoreThanItSays) {
    rate_limiter budget(0);
    budget.spend(begin);
    budget.ended(poll_outcome::throttled, begin, begin + 10ms);
    EXPECT_GT(budget.opens_at(begin + 10ms), begin + 500ms);
    EXPECT_LE(budget.opens_at(begin + 10ms), begin + 1100ms);
}

TEST(RateLimiter, CountsTheRefusalsOfOneVolleyOnce) {
    rate_limiter budget(100);
    for (int poll = 0; poll < 3; ++poll) {
        budget.spend(begin);
    }
    for (int poll = 0; poll < 20; ++poll) {
        budget.ended(poll_outcome::answered, begin, begin + 1ms);
    }
    budget.ended(poll_outcome::throttled, begin, begin + 10ms);
    const double cut = budget.rate();
    budget.ended(poll_outcome::throttled, begin + 5ms, begin + 11ms);
    budget.ended(poll_outcome::throttled, begin + 9ms, begin + 12ms);
    EXPECT_GE(budget.rate(), cut);
    EXPECT_LT(budget.rate(), 25);
}

TEST(RateLimiter, CutsAgainWhenAPollThatBeganAfterTheCutIsRefused) {
    rate_limiter budget(0);
    for (int poll = 0; poll < 50; ++poll) {
        budget.spend(begin);
    }
    budget.ended(poll_outcome::throttled, begin, begin + 10ms);
    const double cut = budget.rate();
    const time_point later = budget.opens_at(begin + 10ms);
    budget.spend(later);
    budget.ended(poll_outcome::throttled, later, later + 10ms);
    EXPECT_LT(budget.rate(), cut);
}

TEST(RateLimiter, IsRarelyRefusedInTheLongRunAndUsesWhatThereIs) {
    for (const double limit : {1.0, 5.0, 20.0, 200.0}) {
        for (const double depth : {1.0, 5.0, limit, 5 * limit}) {
            for (std::uint64_t seed = 1; seed <= 2; ++seed) {
                SCOPED_TRACE(std::to_string(limit) + " a second, depth " + std::to_string(depth));
                enforcing_server server(limit, std::max(1.0, depth));
                eager_client client(0, 30, seed, enforce(server));
                client.run_until(begin + 900s);
                const std::size_t taken = client.sent.size() - client.refused.size();
                // A volley or two at first, then one refusal each time the rate has come back.
                EXPECT_LE(client.refused.size(), 60 + 900 / 15 + client.sent.size() / 50);
                EXPECT_GE(static_cast<double>(taken), 0.85 * limit * 900);
            }
        }
    }
}

TEST(RateLimiter, FollowsALimitThatFallsAndRises) {
    enforcing_server server(100, 10);
    eager_client client(0, 30, 1, enforce(server));
    client.run_until(begin + 120s);
    server.change_rate(5);
    client.run_until(begin + 240s);
    EXPECT_LE(client.sent_between(begin + 130s, begin + 240s), 110 * 5 * 11 / 10);
    EXPECT_GE(client.sent_between(begin + 130s, begin + 240s), 110 * 5 * 8 / 10);
    server.change_rate(100);
    client.run_until(begin + 420s);
    EXPECT_GE(client.sent_between(begin + 360s, begin + 420s), 60 * 100 * 8 / 10);
}

TEST(RateLimiter, StaysAliveWhileEverythingIsRefused) {
    enforcing_server server(1e-9, 1);
    eager_client client(0, 30, 1, enforce(server));
    client.run_until(begin + 600s);
    EXPECT_LE(client.sent.size(), 250U);
    EXPECT_GE(client.sent_between(begin + 500s, begin + 600s), 15U);
}

TEST(RateLimiter, NeverRisesAboveAKnownRate) {
    rate_limiter budget(50);
    budget.ended(poll_outcome::throttled, begin, begin);
    EXPECT_LT(budget.rate(), 50);
    time_point now = begin;
    for (int poll = 0; poll < 5000; ++poll) {
        now = budget.opens_at(now);
        budget.spend(now);
        budget.ended(poll_outcome::answered, now, now);
        ASSERT_LE(budget.rate(), 50);
    }
    EXPECT_EQ(budget.rate(), 50);
}

// --- Retry-After

TEST(RateLimiter, BeginsNothingBelowTheFloor) {
    rate_limiter budget(0);
    budget.raise_floor(begin + 10s);
    budget.raise_floor(begin + 5s);
    EXPECT_EQ(budget.floor(), begin + 10s);
    EXPECT_EQ(budget.opens_at(begin), begin + 10s);
    EXPECT_FALSE(budget.open(begin + 10s - 1ns));
    EXPECT_TRUE(budget.open(begin + 10s));
}

TEST(RateLimiter, OpensAtTheFloorThatTheServerNamed) {
    for (const auto how : {poll_outcome::throttled, poll_outcome::unavailable}) {
        rate_limiter budget(0);
        budget.spend(begin);
        budget.raise_floor(begin + 5s);
        budget.ended(how, begin, begin + 10ms);
        EXPECT_EQ(budget.opens_at(begin + 10ms), begin + 5s);
    }
}

TEST(RateLimiter, ComesBackFromAFloorWithoutABurst) {
    for (const auto how : {poll_outcome::throttled, poll_outcome::unavailable}) {
        const auto is_asked_to_stop = [how](time_point at) {
            eager_client::answer answer;
            if (at >= begin + 20s && at < begin + 21s) {
                answer.how = how;
                answer.retry_after = 5s;
            }
            return answer;
        };
        eager_client client(0, 30, 1, is_asked_to_stop);
        client.run_until(begin + 20s, 200);
        client.run_until(begin + 30s);
        EXPECT_EQ(client.sent_between(begin + 20s + 50ms, begin + 25s), 0U);
        EXPECT_GE(client.sent_between(begin + 25s, begin + 27s), 1U);
        EXPECT_LE(client.sent_between(begin + 25s, begin + 27s), 2U * 200);
    }
}

} // namespace
} // namespace roomport::wait_detail
