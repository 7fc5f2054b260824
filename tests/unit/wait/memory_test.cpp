// The structures that keep a waiting room small.

#include "wait_script.hpp"

#include "wait/waiter_set.hpp"

#include "common/random_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST(MemoryOfARoom, StaysWithinWhatWasMeasured) {
    EXPECT_LE(sizeof(entry), 152U);
    EXPECT_LE(sizeof(waiter), 72U);
    EXPECT_LE(sizeof(poll_rank), 8U);
}

TEST(WaiterSet, OrdersByDeadlineAndThenByArrivalWhateverLeaves) {
    random_source random(3);
    std::vector<settings_pointer> settings;
    for (int length = 1; length <= 6; ++length) {
        settings.push_back(make_settings(wait_script::timeout(length * 1s)));
    }
    std::vector<std::unique_ptr<waiter>> all;
    std::vector<waiter*> inside;
    waiter_set set;
    const auto expected_order = [](const waiter* left, const waiter* right) {
        return std::pair(left->deadline(), left->place) <
               std::pair(right->deadline(), right->place);
    };
    for (int step = 0; step < 3000; ++step) {
        if (inside.empty() || random.next() % 5 < 3) {
            all.push_back(std::make_unique<waiter>(settings[random.next() % 6], time_point() + 1s));
            set.insert(*all.back(), seen_before_joining());
            inside.push_back(all.back().get());
        } else {
            const auto leaving =
                inside.begin() + static_cast<std::ptrdiff_t>(random.next() % inside.size());
            set.erase(**leaving);
            inside.erase(leaving);
        }
        if (inside.size() > 40) {
            set.for_each([&](waiter& one) { set.erase(one); });
            inside.clear();
        }
        std::sort(inside.begin(), inside.end(), expected_order);
        std::vector<waiter*> visited;
        set.for_each([&](waiter& one) { visited.push_back(&one); });
        ASSERT_EQ(visited, inside);
        ASSERT_EQ(set.empty(), inside.empty());
        if (!inside.empty()) {
            ASSERT_EQ(&set.front(), inside.front());
            ASSERT_EQ(&set.back(), inside.back());
            const time_point when = time_point() + 4s;
            const auto after = std::find_if(inside.begin(), inside.end(), [&](const waiter* one) {
                return one->deadline() > when;
            });
            ASSERT_EQ(set.first_after(when), after == inside.end() ? nullptr : *after);
        }
    }
}

TEST(SettingsCache, SharesEqualOptionsWhateverTheirCreation) {
    settings_cache cache;
    wait_options options = wait_script::timeout(5s);
    options.group = "london";
    const auto one = cache.find_or_make(options);
    options.created_at = clock::now();
    EXPECT_EQ(cache.find_or_make(options), one);
    EXPECT_EQ(cache.find_or_make(wait_script::timeout(6s))->options.timeout, 6s);
    EXPECT_EQ(cache.find_or_make(options), one);
}

TEST(SettingsCache, TellsDifferentOptionsApart) {
    settings_cache cache;
    std::vector<wait_options> all(7);
    all[1].request_timeout = 3s;
    all[2].max_failures = 3;
    all[3].not_found_grace = 3s;
    all[4].group = "london";
    all[5].cadence = fixed_cadence(1s);
    all[6].acceptors = std::make_shared<const acceptors>(default_acceptors());
    for (const auto& one : all) {
        for (const auto& other : all) {
            const auto left = cache.find_or_make(one);
            const auto right = cache.find_or_make(other);
            EXPECT_EQ(left == right, &one == &other);
        }
    }
}

TEST(SettingsCache, KeepsNoCallback) {
    settings_cache cache;
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> alive = held;
    wait_options options;
    options.on_progress = [held = std::move(held)](const wait_event&) {
    };
    cache.find_or_make(std::move(options));
    EXPECT_TRUE(alive.expired());
}

TEST(SettingsCache, LetsGoOfWhatItKeptWhenToldTo) {
    settings_cache cache;
    wait_options options;
    auto policy = fixed_cadence(1s);
    const std::weak_ptr<cadence> alive = policy;
    options.cadence = std::move(policy);
    cache.find_or_make(std::move(options));
    EXPECT_FALSE(alive.expired());
    cache.clear();
    EXPECT_TRUE(alive.expired());
}

TEST(Joiners, SeeOfThePastTheLastObservationOnly) {
    wait_script script;
    auto& first = script.start("a", wait_script::timeout(60s));
    observation seen = starting();
    seen.times.first_byte = 10ms;
    script.answer("a", seen);
    script.run_until(1s);
    seen.times.first_byte = 5ms;
    script.answer("a", seen);
    auto& joiner = script.start("a", wait_script::timeout(60s));
    script.run_until(2s);
    script.answer("a", ready());
    EXPECT_EQ(script.evidence_of(first).polls, 3U);
    EXPECT_EQ(script.evidence_of(first).times.first_byte, 15ms);
    EXPECT_EQ(script.evidence_of(joiner).polls, 2U);
    EXPECT_EQ(script.evidence_of(joiner).times.first_byte, 5ms);
    EXPECT_EQ(script.evidence_of(joiner).last_status, "active");
}

} // namespace
} // namespace roomport::wait_detail
