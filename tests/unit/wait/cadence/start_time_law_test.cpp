#include "wait/cadence/start_time_grid.hpp"
#include "wait/cadence/start_time_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace roomport::wait_detail {
namespace {

namespace grid = start_time_grid;

constexpr double never = std::numeric_limits<double>::infinity();

double between(const start_time_estimate& law, double after, double by) {
    double sum = 0;
    for (std::size_t bin = 0; bin < grid::bins; ++bin) {
        const double middle = (grid::edges[bin] + grid::edges[bin + 1]) / 2;
        sum += middle > after && middle <= by ? law.chances[bin] : 0;
    }
    return sum;
}

TEST(StartTimeGrid, FindsTheBinAndTheNodeOfEveryTime) {
    for (std::size_t bin = 0; bin < grid::bins; ++bin) {
        EXPECT_EQ(grid::bin_at(grid::edges[bin]), bin);
        EXPECT_EQ(grid::bin_at(std::nextafter(grid::edges[bin + 1], 0)), bin);
    }
    for (std::size_t node = 0; node + 1 < grid::nodes; ++node) {
        const double middle = (grid::node_time(node) + grid::node_time(node + 1)) / 2;
        EXPECT_EQ(grid::node_before(middle), node);
    }
    EXPECT_EQ(grid::node_time(grid::nodes - 1), grid::horizon);
    EXPECT_GT(grid::horizon, 120);
}

TEST(StartTimeLaw, IsALawWhateverItLearned) {
    std::mt19937 random(1);
    std::exponential_distribution<double> time(0.05);
    start_time_law law;
    for (int room = 0; room < 2000; ++room) {
        const double after = random() % 3 == 0 ? 0 : time(random);
        const auto kind = random() % 4;
        const double by = kind == 0 ? after : kind == 1 && after > 0 ? never : after + time(random);
        law.learn(after, by);
        if (room % 50 == 0) {
            const start_time_estimate now = law.estimate();
            double sum = 0;
            for (const double chance : now.chances) {
                ASSERT_GT(chance, 0);
                sum += chance;
            }
            ASSERT_NEAR(sum, 1, 1e-9);
            ASSERT_GT(now.tail_shape, 0);
        }
    }
    EXPECT_EQ(law.rooms(), 2000U);
}

TEST(StartTimeLaw, RecoversALawFromExactTimes) {
    std::mt19937 random(2);
    std::lognormal_distribution<double> time(std::log(6), 0.6);
    start_time_law law;
    for (int room = 0; room < 2000; ++room) {
        const double start = time(random);
        law.learn(start, start);
    }
    const start_time_estimate now = law.estimate();
    const auto chance = [](double until) {
        return std::erfc(-(std::log(until) - std::log(6)) / 0.6 / std::sqrt(2.0)) / 2;
    };
    for (const double until : {2.0, 4.0, 6.0, 9.0, 15.0}) {
        EXPECT_NEAR(between(now, 0, until), chance(until), 0.07) << until;
    }
}

TEST(StartTimeLaw, SmoothsANarrowModeLessThanAWideOne) {
    std::mt19937 random(6);
    std::normal_distribution<double> narrow(4, 0.04);
    std::lognormal_distribution<double> wide(std::log(30), 0.5);
    start_time_law law;
    for (int room = 0; room < 600; ++room) {
        const double start = room % 4 == 0 ? narrow(random) : wide(random);
        law.learn(start, start);
    }
    const start_time_estimate now = law.estimate();
    EXPECT_NEAR(between(now, 3.85, 4.15), 0.25, 0.05);
    // The wide mode is not cut into as many peaks as there were rooms: smoothed as little as the narrow one its roughness
    // is 0.06, and 0.007 if it were known.
    double roughness = 0;
    for (std::size_t bin = grid::bin_at(20); bin < grid::bin_at(45); ++bin) {
        roughness += std::abs(now.chances[bin + 1] - now.chances[bin]);
    }
    EXPECT_LT(roughness, 0.04);
}

TEST(StartTimeLaw, RecoversALawFromIntervals) {
    std::mt19937 random(3);
    std::normal_distribution<double> time(8, 1);
    std::uniform_real_distribution<double> phase(0, 1.5);
    start_time_law law;
    for (int room = 0; room < 2000; ++room) {
        const double start = time(random);
        double poll = phase(random);
        double last = 0;
        while (poll < start) {
            last = poll;
            poll += 1.5;
        }
        law.learn(last, poll);
    }
    const start_time_estimate now = law.estimate();
    EXPECT_NEAR(between(now, 0, 8), 0.5, 0.1);
    EXPECT_GT(between(now, 5.5, 10.5), 0.93);
}

TEST(StartTimeLaw, SharesOutTheFirstRoomsAgainOnceMoreIsKnown) {
    start_time_law law;
    for (int room = 0; room < 20; ++room) {
        law.learn(1, 10);
    }
    for (int room = 0; room < 20; ++room) {
        law.learn(4, 4.4);
    }
    EXPECT_GT(between(law.estimate(), 3.9, 4.5), 0.9);
}

TEST(StartTimeLaw, CountsThoseGivenUpAmongTheLaterOnes) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> time(1, 3);
    start_time_law law;
    for (int room = 0; room < 1000; ++room) {
        if (room % 4 == 0) {
            law.learn(20, never);
        } else {
            const double start = time(random);
            law.learn(start, start);
        }
    }
    const start_time_estimate now = law.estimate();
    EXPECT_NEAR(between(now, 0.9, 3.1), 0.75, 0.08);
    EXPECT_NEAR(between(now, 20, 1000) + now.chances[grid::bins], 0.25, 0.08);
    EXPECT_LT(between(now, 3.5, 19), 0.03);
}

TEST(StartTimeLaw, LearnsNothingOfTheOrderAmongThoseWhoOutlastAWait) {
    start_time_law law;
    const start_time_estimate before = law.estimate();
    for (int room = 0; room < 50; ++room) {
        law.learn(0.001, never);
    }
    const start_time_estimate now = law.estimate();
    for (const double until : {0.5, 2.0, 10.0, 50.0}) {
        EXPECT_NEAR(between(now, 0, until), between(before, 0, until), 0.05);
    }
}

void expect_to_follow(double from, double to) {
    start_time_law law;
    for (int room = 0; room < 1000; ++room) {
        law.learn(from * 0.9, from * 1.1);
    }
    EXPECT_GT(between(law.estimate(), from * 0.85, from * 1.15), 0.9);
    for (int room = 0; room < 15; ++room) {
        law.learn(to * 0.9, to * 1.1);
    }
    EXPECT_GT(between(law.estimate(), to * 0.85, to * 1.15), 0.8) << from << " to " << to;
}

TEST(StartTimeLaw, ForgetsWhenStartsBecomeSlower) {
    expect_to_follow(5, 10);
    expect_to_follow(1, 60);
}

TEST(StartTimeLaw, ForgetsWhenStartsBecomeFaster) {
    expect_to_follow(10, 5);
    expect_to_follow(60, 1);
}

TEST(StartTimeLaw, SuspectsAnEarlierLawWhenAllAreReadyAtTheFirstPoll) {
    start_time_law law;
    for (int room = 0; room < 1000; ++room) {
        law.learn(4.5, 5);
    }
    EXPECT_LT(between(law.estimate(), 0, 4), 0.02);
    for (int room = 0; room < 20; ++room) {
        law.learn(0, 4.5);
    }
    // No poll told where before 4.5 s: most of it must not be left at the end, where the old law was.
    EXPECT_GT(between(law.estimate(), 0, 3), 0.4);
}

TEST(StartTimeLaw, LearnsHowLateTheLateOnesCome) {
    start_time_law given_up;
    start_time_law late;
    for (int room = 0; room < 50; ++room) {
        given_up.learn(900, never);
        late.learn(150, 160);
    }
    EXPECT_LT(given_up.estimate().tail_shape, 0.2);
    EXPECT_GT(late.estimate().tail_shape, 2);
}

} // namespace
} // namespace roomport::wait_detail
