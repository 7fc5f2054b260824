#include "wait/cadence/poll_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace roomport::wait_detail {
namespace {

struct grid_law {
    std::vector<double> times;
    std::vector<double> law;
    std::vector<double> integral;
};

grid_law random_law(std::mt19937& random, std::size_t nodes) {
    std::uniform_real_distribution<double> step(0.01, 1);
    std::uniform_real_distribution<double> chance(0, 1);
    grid_law made;
    made.times = {0};
    made.law = {0};
    for (std::size_t node = 1; node < nodes; ++node) {
        made.times.push_back(made.times.back() + step(random));
        // Long stretches without a start, and ends both with and without a rest, are what plans stumble over.
        const double rise = chance(random) < 0.4 ? 0 : chance(random);
        made.law.push_back(made.law.back() + rise);
    }
    const double whole = made.law.back() + (chance(random) < 0.5 ? 0 : 1e-3);
    for (double& one : made.law) {
        one = whole > 0 ? one / whole : 0;
    }
    made.integral = {0};
    for (std::size_t node = 1; node < nodes; ++node) {
        made.integral.push_back(made.integral.back() +
                                (made.law[node - 1] + made.law[node]) / 2 *
                                    (made.times[node] - made.times[node - 1]));
    }
    return made;
}

double step_cost(const grid_law& one, double poll_cost, std::size_t from, std::size_t to) {
    return poll_cost * (1 - one.law[from]) + one.integral[to] - one.integral[from] -
           one.law[from] * (one.times[to] - one.times[from]);
}

struct plan {
    std::vector<double> value;
    std::vector<std::uint16_t> next;
};

plan fast(const grid_law& one, double poll_cost) {
    const std::size_t nodes = one.times.size();
    plan made{std::vector<double>(nodes), std::vector<std::uint16_t>(nodes)};
    std::vector<std::uint16_t> hull(nodes);
    plan_schedule<std::uint16_t>(one.times, one.law, one.integral, poll_cost, hull, made.value,
                                 made.next);
    return made;
}

TEST(PlanSchedule, CostsWhatComparingAllPairsFinds) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        const grid_law one = random_law(random, 2 + random() % 60);
        const double poll_cost = 0.001 * std::pow(10.0, random() % 4);
        const std::size_t nodes = one.times.size();
        std::vector<double> least(nodes, 0);
        for (std::size_t node = nodes - 1; node-- > 0;) {
            least[node] = std::numeric_limits<double>::max();
            for (std::size_t to = node + 1; to < nodes; ++to) {
                least[node] =
                    std::min(least[node], step_cost(one, poll_cost, node, to) + least[to]);
            }
        }
        const plan made = fast(one, poll_cost);
        for (std::size_t node = 0; node < nodes; ++node) {
            ASSERT_NEAR(made.value[node], least[node], 1e-9)
                << "round " << round << " node " << node;
        }
    }
}

TEST(PlanSchedule, LeadsToPollsThatCostWhatItPromises) {
    std::mt19937 random(4);
    for (int round = 0; round < 100; ++round) {
        const grid_law one = random_law(random, 40);
        const plan made = fast(one, 0.1);
        double cost = 0;
        std::size_t node = 0;
        while (node + 1 < one.times.size()) {
            ASSERT_GT(made.next[node], node);
            cost += step_cost(one, 0.1, node, made.next[node]);
            node = made.next[node];
        }
        ASSERT_NEAR(cost, made.value[0], 1e-9);
    }
}

TEST(PlanSchedule, IsNotBeatenByAnySetOfPolls) {
    std::mt19937 random(5);
    for (int round = 0; round < 40; ++round) {
        const grid_law one = random_law(random, 11);
        const std::size_t last = one.times.size() - 1;
        double least = std::numeric_limits<double>::max();
        for (unsigned polls = 0; polls < 1U << (last - 1); ++polls) {
            double cost = 0;
            std::size_t from = 0;
            for (std::size_t to = 1; to <= last; ++to) {
                if (to == last || ((polls >> (to - 1)) & 1U) != 0) {
                    cost += step_cost(one, 0.2, from, to);
                    from = to;
                }
            }
            least = std::min(least, cost);
        }
        ASSERT_NEAR(fast(one, 0.2).value[0], least, 1e-9);
    }
}

} // namespace
} // namespace roomport::wait_detail
