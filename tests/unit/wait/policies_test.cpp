#include "common/random_source.hpp"
#include "wait/indexed_heap.hpp"
#include "wait/round_trip_estimate.hpp"

#include <roomport/wait/cadence.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST(ExponentialCadence, DrawsFromTheUpperHalfOfGrowingPauses) {
    const auto policy = exponential_cadence();
    random_source random(7);
    duration most = 250ms;
    for (unsigned polls = 1; polls < 40; ++polls) {
        cadence_input input;
        input.polls = polls;
        duration least_drawn = duration::max();
        duration most_drawn{};
        for (int draw = 0; draw < 200; ++draw) {
            input.random = random.next();
            const duration pause = policy->pause(input);
            least_drawn = std::min(least_drawn, pause);
            most_drawn = std::max(most_drawn, pause);
        }
        EXPECT_GE(least_drawn, most / 2);
        EXPECT_LT(least_drawn, most * 6 / 10);
        EXPECT_LE(most_drawn, most + 100ns);
        EXPECT_GT(most_drawn, most * 9 / 10);
        most = std::min<duration>(most * 3 / 2, 5s);
    }
}

TEST(ExponentialCadence, RefusesPausesOutOfRange) {
    EXPECT_THROW(exponential_cadence(0s), std::invalid_argument);
    EXPECT_THROW(exponential_cadence(2s, 1s), std::invalid_argument);
    EXPECT_NO_THROW(exponential_cadence(1s, duration::max()));
}

TEST(FixedCadence, CountsFromTheBeginningOfTheLastPoll) {
    const auto policy = fixed_cadence(500ms);
    cadence_input input;
    input.last_poll = 120ms;
    EXPECT_EQ(policy->pause(input), 380ms);
    input.last_poll = 3s;
    EXPECT_EQ(policy->pause(input), 0s);
    EXPECT_THROW(fixed_cadence(0s), std::invalid_argument);
}

TEST(RoundTripEstimate, LeavesAMarginOverWhatItSaw) {
    round_trip_estimate estimate;
    EXPECT_EQ(estimate.lead(), 250ms);
    estimate.add(40ms);
    EXPECT_EQ(estimate.lead(), 120ms);
    for (int sample = 0; sample < 200; ++sample) {
        estimate.add(40ms);
    }
    EXPECT_GE(estimate.lead(), 50ms);
    EXPECT_LT(estimate.lead(), 51ms);
}

TEST(RoundTripEstimate, FollowsASlowerServerAndIsBounded) {
    round_trip_estimate estimate;
    estimate.add(10ms);
    for (int sample = 0; sample < 100; ++sample) {
        estimate.add(500ms);
    }
    EXPECT_GT(estimate.lead(), 490ms);
    for (int sample = 0; sample < 100; ++sample) {
        estimate.add(1h);
    }
    EXPECT_EQ(estimate.lead(), 10s);
}

TEST(RandomSource, RepeatsASeedAndDiffersBetweenSeeds) {
    random_source one(5);
    random_source same(5);
    random_source other(6);
    EXPECT_EQ(one.next(), same.next());
    EXPECT_NE(one.next(), other.next());
    EXPECT_EQ(one.up_to(0s), 0s);
}

struct element {
    heap_position position = not_in_heap;
    std::uint32_t serial = 0;
    int key = 0;
};

TEST(IndexedHeap, AlwaysHasTheLeastOnTopWhateverIsMovedErasedOrGivenNewKeys) {
    random_source random(11);
    std::vector<std::unique_ptr<element>> alive;
    indexed_heap<element, int, &element::position> heap;
    std::uint32_t serial = 0;
    const auto draw = [&] {
        return static_cast<int>(random.next() % 20);
    };
    const auto least = [&] {
        return std::min_element(alive.begin(), alive.end(),
                                [](const auto& left, const auto& right) {
                                    return std::pair(left->key, left->serial) <
                                           std::pair(right->key, right->serial);
                                })
            ->get();
    };
    for (int step = 0; step < 20000; ++step) {
        const auto choice = random.next() % 8;
        if (alive.empty() || (choice < 2 && alive.size() < 60)) {
            alive.push_back(std::make_unique<element>());
            alive.back()->serial = serial++;
            alive.back()->key = draw();
            heap.insert(*alive.back(), alive.back()->key);
        }
        const auto index = static_cast<std::ptrdiff_t>(random.next() % alive.size());
        element& chosen = *alive[static_cast<std::size_t>(index)];
        if (choice == 2) {
            heap.erase(chosen);
            alive.erase(alive.begin() + index);
        } else if (choice == 3) {
            heap.rekey([&](element& one, int) { return one.key = draw(); });
        } else {
            chosen.key = draw();
            heap.move(chosen, chosen.key);
        }
        ASSERT_EQ(heap.empty(), alive.empty());
        if (!alive.empty()) {
            ASSERT_EQ(&heap.top(), least());
            ASSERT_EQ(heap.top_key(), least()->key);
        }
    }
}

} // namespace
} // namespace roomport::wait_detail
