// The budget against servers on virtual time that fail: what it takes for an outage, and how it comes back.

#include "eager_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, TakesOneLostAnswerAmongManyGoodOnesForNothing) {
    random_source random(7);
    eager_client client(0, 30, 1, [&random](time_point) {
        return random.next() % 50 == 0 ? unavailable() : good();
    });
    client.run_until(begin + 60s, 200);
    EXPECT_GT(client.budget.rate(), 1e9);
}

TEST(RateLimiter, TakesABrokenConnectionWithManyPollsOnItForOneFailure) {
    rate_limiter budget(0);
    for (int poll = 0; poll < 64; ++poll) {
        budget.spend(begin);
    }
    for (int poll = 0; poll < 64; ++poll) {
        budget.ended(poll_outcome::unavailable, begin, begin + 10ms);
    }
    const time_point later = budget.opens_at(begin + 10ms);
    EXPECT_EQ(later, begin + 10ms);
    budget.spend(later);
    budget.ended(poll_outcome::answered, later, later + 10ms);
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(RateLimiter, TakesTwoLostAnswersOfALoneRoomForNothing) {
    rate_limiter budget(0);
    for (const auto how : {poll_outcome::answered, poll_outcome::unavailable,
                           poll_outcome::unavailable, poll_outcome::answered}) {
        budget.spend(begin);
        budget.ended(how, begin, begin + 10ms);
    }
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(RateLimiter, KeepsToAFifthAndAProbeASecondDuringAnOutage) {
    for (const double demand : {0.2, 1.0, 10.0, 200.0, 2000.0}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            SCOPED_TRACE(std::to_string(demand) + " a second, seed " + std::to_string(seed));
            eager_client client(0, 1 + seed, seed, down_between(begin + 30s, begin + 90s));
            client.run_until(begin + 30s, demand);
            const double before = static_cast<double>(client.sent.size()) / 30;
            // Every place is wanted at once, so it takes that many polls to see the first failure.
            client.run_until(begin + 90s);
            EXPECT_LE(static_cast<double>(client.sent_between(begin + 30s, begin + 90s)),
                      60 * (0.2 * before + 1) + 2 * static_cast<double>(seed));
            for (int second = 31; second < 90; ++second) {
                const time_point from = begin + second * 1s;
                EXPECT_LE(static_cast<double>(client.sent_between(from, from + 1s)),
                          0.2 * before + 2);
            }
            EXPECT_GE(client.sent_between(begin + 40s, begin + 90s), 45U);
        }
    }
}

TEST(RateLimiter, ComesBackFromAnOutageInStepsAndSoon) {
    eager_client client(0, 100, 1, down_between(begin + 30s, begin + 90s));
    client.latency = 1ms;
    client.jitter = 1ms;
    client.run_until(begin + 30s, 200);
    client.run_until(begin + 120s);
    std::size_t last = client.sent_between(begin + 89s, begin + 90s);
    for (int second = 90; second < 110; ++second) {
        const time_point from = begin + second * 1s;
        const std::size_t sent = client.sent_between(from, from + 1s);
        EXPECT_LE(sent, 2 * last + 2) << second;
        EXPECT_LE(sent, 700U) << second;
        last = std::max<std::size_t>(sent, 20);
    }
    EXPECT_GE(client.sent_between(begin + 95s, begin + 96s), 180U);
    client.run_until(begin + 180s, 200);
    EXPECT_GT(client.budget.rate(), 1e9);
}

TEST(RateLimiter, FindsOutWithinASecondThatTheServerIsBack) {
    eager_client client(0, 1, 1, down_between(begin + 10s, begin + 60s));
    client.run_until(begin + 10s, 1);
    client.run_until(begin + 62s);
    EXPECT_GE(client.sent_between(begin + 60s, begin + 61s + 120ms), 1U);
}

TEST(RateLimiter, DoesNotStormAServerThatFailsMostOfTheTime) {
    random_source random(3);
    eager_client client(0, 30, 1, [&random](time_point at) {
        return at >= begin + 30s && random.next() % 10 < 8 ? unavailable() : good();
    });
    client.run_until(begin + 30s, 200);
    client.run_until(begin + 90s);
    EXPECT_LE(client.sent_between(begin + 35s, begin + 90s), 55U * (200 * 4 / 10));
}

TEST(RateLimiter, KeepsAnOutagesRateAcrossAShortRelief) {
    const auto flaps = [](time_point at) {
        const auto second = (at - begin) / 1s;
        return second >= 30 && second % 10 != 0 ? unavailable() : good();
    };
    eager_client client(0, 30, 1, flaps);
    client.run_until(begin + 30s, 200);
    client.run_until(begin + 120s);
    EXPECT_LE(client.sent_between(begin + 31s, begin + 120s), 89U * 60);
}

TEST(RateLimiter, RepeatsItselfExactly) {
    const auto play = [] {
        enforcing_server server(20, 7);
        eager_client client(0, 30, 5, enforce(server));
        client.run_until(begin + 100s);
        return client.sent;
    };
    EXPECT_EQ(play(), play());
}

} // namespace
} // namespace roomport::wait_detail
