// The structures that keep a waiting room small.

#include "wait_script.hpp"

#include "wait/pending_wait.hpp"
#include "wait/seen_history.hpp"
#include "wait/waiter_set.hpp"

#include "common/random_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST(MemoryOfARoom, StaysWithinWhatWasMeasured) {
    EXPECT_LE(sizeof(entry), 152U);
    EXPECT_LE(sizeof(pending_wait), 72U);
    EXPECT_LE(sizeof(look_rank), 8U);
}

class SeenHistory : public ::testing::Test {
protected:
    observation recorded(const observation& seen) {
        history.record(seen, words);
        return history.last(words);
    }

    static observation plain() {
        observation seen = starting(20s);
        seen.round_trip = 1500us;
        seen.times.queue = 10us;
        seen.times.first_byte = 1300us;
        seen.times.read = 200us;
        return seen;
    }

    static void expect_equal(const observation& left, const observation& right) {
        EXPECT_EQ(left.state, right.state);
        EXPECT_EQ(left.status, right.status);
        EXPECT_EQ(left.error, right.error);
        EXPECT_EQ(left.message, right.message);
        EXPECT_EQ(left.http_status, right.http_status);
        EXPECT_EQ(left.round_trip, right.round_trip);
        EXPECT_EQ(left.held, right.held);
        EXPECT_EQ(left.hold_limit, right.hold_limit);
        EXPECT_EQ(left.times, right.times);
        EXPECT_EQ(left.not_before, right.not_before);
        EXPECT_EQ(left.exposed_port, right.exposed_port);
    }

    word_table words;
    seen_history history;
};

TEST_F(SeenHistory, GivesBackAPlainAnswer) {
    expect_equal(recorded(plain()), plain());
    observation held = plain();
    held.held = true;
    expect_equal(recorded(held), held);
}

TEST_F(SeenHistory, GivesBackWhatIsUnusual) {
    std::vector<observation> all(9, plain());
    all[0].message = "said something";
    all[1].times.connect = 3ms;
    all[2].hold_limit = 1500ms;
    all[3].status = std::string(500, 'x');
    all[4].exposed_port.port = 7;
    all[5].times.queue = 24h;
    all[6] = failed(error::connect_failed);
    all[7] = ready(9);
    all[8].not_before = time_point() + 5s;
    for (const auto& one : all) {
        expect_equal(recorded(one), one);
        expect_equal(recorded(plain()), plain());
    }
    EXPECT_EQ(history.count(), 18U);
}

TEST_F(SeenHistory, SumsTheTimesOfAll) {
    history.record(plain(), words);
    observation connected = plain();
    connected.times.connect = 3ms;
    history.record(connected, words);
    history.record(plain(), words);
    EXPECT_EQ(history.times().queue, 30us);
    EXPECT_EQ(history.times().connect, 3ms);
    EXPECT_EQ(history.times().read, 600us);
    EXPECT_EQ(history.last_times(), plain().times);
}

TEST_F(SeenHistory, SumsMoreThanFitsInShort) {
    observation slow = plain();
    slow.times.queue = 300s;
    for (int look = 0; look < 4; ++look) {
        history.record(slow, words);
    }
    EXPECT_EQ(history.times().queue, 1200s);
}

TEST_F(SeenHistory, RemembersStatusAndHttpStatusThroughSilence) {
    history.record(plain(), words);
    history.record(failed(error::connect_failed), words);
    history.record(failed(error::connection_closed), words);
    EXPECT_EQ(history.status(words, 0), "starting");
    EXPECT_EQ(history.http_status(0), 200);
    EXPECT_EQ(history.status(words, 1), "") << "one who came later never saw it";
    EXPECT_EQ(history.http_status(1), 0);
    EXPECT_EQ(history.failure(), error_code(error::connection_closed));
    history.record(failed_status(503), words);
    EXPECT_EQ(history.http_status(1), 503);
    EXPECT_EQ(history.status(words, 0), "starting");
    history.record(plain(), words);
    EXPECT_FALSE(history.failure().failed());
    EXPECT_EQ(history.status(words, 4), "starting");
    EXPECT_EQ(history.status(words, 5), "");
}

TEST_F(SeenHistory, CopesWithMoreWordsThanTheTableTakes) {
    for (int word = 0; word < 300; ++word) {
        observation seen = plain();
        seen.status = "word" + std::to_string(word);
        expect_equal(recorded(seen), seen);
    }
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
        return std::pair(left->deadline(), left->serial) <
               std::pair(right->deadline(), right->serial);
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
