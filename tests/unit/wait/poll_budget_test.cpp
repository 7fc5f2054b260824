// The budget against servers on virtual time: what begins when, and what the server had to refuse.

#include "wait/poll_budget.hpp"

#include "common/random_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

constexpr time_point begin = time_point() + 1000h;

/// A server that refuses what its token bucket has no token for.
class enforcing_server {
public:
    enforcing_server(double rate, double depth) : rate_(rate), depth_(depth), tokens_(depth) {}

    void change_rate(double rate) { rate_ = rate; }

    bool takes(time_point now) {
        const double past = std::chrono::duration<double>(now - last_).count();
        tokens_ = std::min(depth_, tokens_ + past * rate_);
        last_ = now;
        // The rate is exact: a look that comes in time must not fail for a rounding of the last bit.
        if (tokens_ < 1 - 1e-6) {
            return false;
        }
        tokens_ -= 1;
        return true;
    }

private:
    double rate_;
    double depth_;
    double tokens_;
    time_point last_ = begin;
};

/// Sends whatever the budget allows, with a number of places, through a line with latency.
class eager_client {
public:
    struct answer {
        look_outcome how = look_outcome::answered;
        std::optional<duration> retry_after;
    };
    using server = std::function<answer(time_point)>;

    eager_client(double max_rate, std::size_t places, std::uint64_t seed, server takes)
        : budget(max_rate), random_(seed), places_(places), server_(std::move(takes)) {}

    /// Sends at most `demand` looks a second until `end`.
    void run_until(time_point end, double demand = 1e9) {
        const duration distance(static_cast<duration::rep>(1e9 / demand));
        wanted_from_ = std::max(wanted_from_, now);
        while (now < end) {
            const bool has_place = under_way_.size() < places_;
            time_point next = end;
            if (has_place) {
                next = std::min(next, std::max(budget.opens_at(now), wanted_from_));
            }
            if (!under_way_.empty() && under_way_.front().ends <= next) {
                now = std::max(now, under_way_.front().ends);
                finish(under_way_.front());
                under_way_.pop_front();
            } else {
                now = std::max(now, next);
                if (now < end && has_place && wanted_from_ <= now && budget.open(now)) {
                    wanted_from_ = now + distance;
                    send();
                }
            }
        }
    }

    std::size_t sent_between(time_point from, time_point to) const {
        const auto count = [this](time_point at) {
            return std::lower_bound(sent.begin(), sent.end(), at) - sent.begin();
        };
        return static_cast<std::size_t>(count(to) - count(from));
    }

    poll_budget budget;
    time_point now = begin;
    duration latency = 20ms;
    duration jitter = 20ms;
    std::vector<time_point> sent;
    std::vector<time_point> refused;

private:
    struct look {
        time_point begun;
        time_point ends;
        answer what;
    };

    void send() {
        budget.spend(now);
        sent.push_back(now);
        look begun;
        begun.begun = now;
        begun.ends = now + latency + random_.up_to(jitter);
        begun.what = server_(now);
        if (begun.what.how == look_outcome::throttled) {
            refused.push_back(now);
        }
        const auto behind =
            std::upper_bound(under_way_.begin(), under_way_.end(), begun.ends,
                             [](time_point at, const look& other) { return at < other.ends; });
        under_way_.insert(behind, begun);
    }

    void finish(const look& done) {
        if (done.what.retry_after) {
            budget.raise_floor(now + *done.what.retry_after);
        }
        budget.ended(done.what.how, done.begun, now);
    }

    random_source random_;
    std::size_t places_;
    server server_;
    std::deque<look> under_way_;
    time_point wanted_from_ = begin;
};

eager_client::answer good() {
    return {};
}

eager_client::answer unavailable() {
    eager_client::answer answer;
    answer.how = look_outcome::unavailable;
    return answer;
}

eager_client::server enforce(enforcing_server& limit) {
    return [&limit](time_point at) {
        eager_client::answer answer;
        answer.how = limit.takes(at) ? look_outcome::answered : look_outcome::throttled;
        return answer;
    };
}

/// Good answers, but none between two points in time.
eager_client::server down_between(time_point from, time_point to) {
    return [from, to](time_point at) {
        return at >= from && at < to ? unavailable() : good();
    };
}

// --- the rate

TEST(PollBudget, LimitsNothingUntilSomethingIsKnown) {
    poll_budget budget(0);
    for (int look = 0; look < 1000; ++look) {
        ASSERT_TRUE(budget.open(begin));
        budget.spend(begin);
    }
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(PollBudget, SaysWhenTheNextLookMayBegin) {
    poll_budget budget(10);
    ASSERT_TRUE(budget.open(begin));
    budget.spend(begin);
    EXPECT_FALSE(budget.open(begin));
    EXPECT_EQ(budget.opens_at(begin), begin + 80ms);
    EXPECT_TRUE(budget.open(begin + 80ms));
}

TEST(PollBudget, LetsATickBeginTogetherWhatItsTimeAllows) {
    poll_budget budget(1000);
    int begun = 0;
    for (; budget.open(begin); ++begun) {
        budget.spend(begin);
    }
    EXPECT_EQ(begun, 21);
}

TEST(PollBudget, SavesNothingUpBeyondItsBurst) {
    poll_budget budget(1000);
    budget.spend(begin);
    int begun = 0;
    for (; budget.open(begin + 1h); ++begun) {
        budget.spend(begin + 1h);
    }
    EXPECT_EQ(begun, 21);
}

TEST(PollBudget, NeverDelaysALoneRoomThatKeepsToTheRate) {
    poll_budget budget(2);
    time_point now = begin;
    for (int look = 0; look < 100; ++look) {
        ASSERT_TRUE(budget.open(now)) << look;
        budget.spend(now);
        budget.ended(look_outcome::answered, now, now + 30ms);
        now += 500ms;
    }
}

TEST(PollBudget, ExceedsAKnownRateOverNoTimeByMoreThanTheBurst) {
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

TEST(PollBudget, UsesAKnownRateInFull) {
    eager_client client(200, 30, 1, [](time_point) { return good(); });
    client.run_until(begin + 60s);
    EXPECT_GE(client.sent.size(), 12000U);
}

TEST(PollBudget, IsNeverRefusedByAServerOfTheSameRate) {
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

TEST(PollBudget, CutsAnUnknownRateToWhatTheServerTook) {
    enforcing_server server(20, 20);
    eager_client client(0, 30, 1, enforce(server));
    client.run_until(begin + 1s);
    EXPECT_GT(client.budget.rate(), 8);
    EXPECT_LE(client.budget.rate(), 20);
}

TEST(PollBudget, CountsTheRefusalsOfOneVolleyOnce) {
    poll_budget budget(100);
    for (int look = 0; look < 3; ++look) {
        budget.spend(begin);
    }
    for (int look = 0; look < 20; ++look) {
        budget.ended(look_outcome::answered, begin, begin + 1ms);
    }
    budget.ended(look_outcome::throttled, begin, begin + 10ms);
    const double cut = budget.rate();
    budget.ended(look_outcome::throttled, begin + 5ms, begin + 11ms);
    budget.ended(look_outcome::throttled, begin + 9ms, begin + 12ms);
    EXPECT_GE(budget.rate(), cut);
    EXPECT_LT(budget.rate(), 25);
}

TEST(PollBudget, CutsAgainWhenALookThatBeganAfterTheCutIsRefused) {
    poll_budget budget(0);
    for (int look = 0; look < 50; ++look) {
        budget.spend(begin);
    }
    budget.ended(look_outcome::throttled, begin, begin + 10ms);
    const double cut = budget.rate();
    const time_point later = budget.opens_at(begin + 10ms);
    budget.spend(later);
    budget.ended(look_outcome::throttled, later, later + 10ms);
    EXPECT_LT(budget.rate(), cut);
}

TEST(PollBudget, IsRarelyRefusedInTheLongRunAndUsesWhatThereIs) {
    for (const double limit : {1.0, 5.0, 20.0, 200.0}) {
        for (const double depth : {1.0, 5.0, limit, 5 * limit}) {
            for (std::uint64_t seed = 1; seed <= 5; ++seed) {
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

TEST(PollBudget, FollowsALimitThatFallsAndRises) {
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

TEST(PollBudget, StaysAliveWhileEverythingIsRefused) {
    enforcing_server server(1e-9, 1);
    eager_client client(0, 30, 1, enforce(server));
    client.run_until(begin + 600s);
    EXPECT_LE(client.sent.size(), 250U);
    EXPECT_GE(client.sent_between(begin + 500s, begin + 600s), 15U);
}

TEST(PollBudget, NeverRisesAboveAKnownRate) {
    poll_budget budget(50);
    budget.ended(look_outcome::throttled, begin, begin);
    EXPECT_LT(budget.rate(), 50);
    time_point now = begin;
    for (int look = 0; look < 5000; ++look) {
        now = budget.opens_at(now);
        budget.spend(now);
        budget.ended(look_outcome::answered, now, now);
        ASSERT_LE(budget.rate(), 50);
    }
    EXPECT_EQ(budget.rate(), 50);
}

// --- Retry-After

TEST(PollBudget, BeginsNothingBelowTheFloor) {
    poll_budget budget(0);
    budget.raise_floor(begin + 10s);
    budget.raise_floor(begin + 5s);
    EXPECT_EQ(budget.floor(), begin + 10s);
    EXPECT_EQ(budget.opens_at(begin), begin + 10s);
    EXPECT_FALSE(budget.open(begin + 10s - 1ns));
    EXPECT_TRUE(budget.open(begin + 10s));
}

TEST(PollBudget, ComesBackFromAFloorWithoutABurst) {
    for (const auto how : {look_outcome::throttled, look_outcome::unavailable}) {
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

// --- outages

TEST(PollBudget, TakesOneLostAnswerAmongManyGoodOnesForNothing) {
    random_source random(7);
    eager_client client(0, 30, 1, [&random](time_point) {
        return random.next() % 50 == 0 ? unavailable() : good();
    });
    client.run_until(begin + 60s, 200);
    EXPECT_GT(client.budget.rate(), 1e9);
}

TEST(PollBudget, TakesABrokenConnectionWithManyLooksOnItForOneFailure) {
    poll_budget budget(0);
    for (int look = 0; look < 64; ++look) {
        budget.spend(begin);
    }
    for (int look = 0; look < 64; ++look) {
        budget.ended(look_outcome::unavailable, begin, begin + 10ms);
    }
    const time_point later = budget.opens_at(begin + 10ms);
    EXPECT_EQ(later, begin + 10ms);
    budget.spend(later);
    budget.ended(look_outcome::answered, later, later + 10ms);
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(PollBudget, TakesTwoLostAnswersOfALoneRoomForNothing) {
    poll_budget budget(0);
    for (const auto how : {look_outcome::answered, look_outcome::unavailable,
                           look_outcome::unavailable, look_outcome::answered}) {
        budget.spend(begin);
        budget.ended(how, begin, begin + 10ms);
    }
    EXPECT_GT(budget.rate(), 1e9);
}

TEST(PollBudget, KeepsToAFifthAndAProbeASecondDuringAnOutage) {
    for (const double demand : {0.2, 1.0, 10.0, 200.0, 2000.0}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            SCOPED_TRACE(std::to_string(demand) + " a second, seed " + std::to_string(seed));
            eager_client client(0, 1 + seed, seed, down_between(begin + 30s, begin + 90s));
            client.run_until(begin + 30s, demand);
            const double before = static_cast<double>(client.sent.size()) / 30;
            // Every place is wanted at once, so it takes that many looks to see the first failure.
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

TEST(PollBudget, ComesBackFromAnOutageInStepsAndSoon) {
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

TEST(PollBudget, FindsOutWithinASecondThatTheServerIsBack) {
    eager_client client(0, 1, 1, down_between(begin + 10s, begin + 60s));
    client.run_until(begin + 10s, 1);
    client.run_until(begin + 62s);
    EXPECT_GE(client.sent_between(begin + 60s, begin + 61s + 120ms), 1U);
}

TEST(PollBudget, DoesNotStormAServerThatFailsMostOfTheTime) {
    random_source random(3);
    eager_client client(0, 30, 1, [&random](time_point at) {
        return at >= begin + 30s && random.next() % 10 < 8 ? unavailable() : good();
    });
    client.run_until(begin + 30s, 200);
    client.run_until(begin + 90s);
    EXPECT_LE(client.sent_between(begin + 35s, begin + 90s), 55U * (200 * 4 / 10));
}

TEST(PollBudget, KeepsAnOutagesRateAcrossAShortRelief) {
    const auto flaps = [](time_point at) {
        const auto second = (at - begin) / 1s;
        return second >= 30 && second % 10 != 0 ? unavailable() : good();
    };
    eager_client client(0, 30, 1, flaps);
    client.run_until(begin + 30s, 200);
    client.run_until(begin + 120s);
    EXPECT_LE(client.sent_between(begin + 31s, begin + 120s), 89U * 60);
}

TEST(PollBudget, RepeatsItselfExactly) {
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
