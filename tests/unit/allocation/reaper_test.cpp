#include "allocation/reaper.hpp"

#include <gtest/gtest.h>

namespace roomport::allocation {
namespace {

using namespace std::chrono_literals;

listed_server server_named(const std::string& key, std::optional<duration> age) {
    listed_server server;
    server.key = key;
    server.tag = "rp-" + key;
    server.age = age;
    return server;
}

reaper::settings stopping_settings() {
    reaper::settings with;
    with.dry_run = false;
    return with;
}

journal_view old_journal() {
    journal_view journal;
    journal.age = 24h;
    return journal;
}

/// The second of two rounds that see the same.
reaper::round second_round(reaper& one, const journal_view& journal,
                           const std::vector<listed_server>& listed) {
    const auto first = one.judge(journal, listed, time_point{});
    EXPECT_TRUE(first.stops.empty() && first.told.empty());
    return one.judge(journal, listed, time_point{});
}

TEST(Reaper, StopsWhatNoRecordNamesOnceItIsOldEnough) {
    reaper one(stopping_settings());
    auto journal = old_journal();
    journal.open_tags.insert("rp-known");
    journal.living_keys.insert("adopted");
    const std::vector<listed_server> listed{server_named("known", 1h), server_named("adopted", 1h),
                                            server_named("young", 4min), server_named("old", 6min)};
    const auto round = second_round(one, journal, listed);
    EXPECT_EQ(round.stops, std::vector<std::string>{"old"});
    EXPECT_TRUE(round.told.empty());
}

TEST(Reaper, LeavesAloneWhatARecordNamesInTheNextRound) {
    reaper one(stopping_settings());
    auto journal = old_journal();
    const std::vector<listed_server> listed{server_named("k", 1h)};
    EXPECT_TRUE(one.judge(journal, listed, time_point{}).stops.empty());
    journal.living_keys.insert("k");
    EXPECT_TRUE(one.judge(journal, listed, time_point{}).stops.empty());
}

TEST(Reaper, CountsFromFirstSightWhereTheOrchestratorTellsNoAge) {
    reaper one(stopping_settings());
    const std::vector<listed_server> listed{server_named("a", std::nullopt)};
    time_point now{};
    EXPECT_TRUE(one.judge(old_journal(), listed, now).stops.empty());
    // Away for a round: what was seen before does not count.
    EXPECT_TRUE(one.judge(old_journal(), {}, now + 1min).stops.empty());
    EXPECT_TRUE(one.judge(old_journal(), listed, now + 6min).stops.empty());
    EXPECT_EQ(one.judge(old_journal(), listed, now + 11min).stops, std::vector<std::string>{"a"});
}

TEST(Reaper, OnlyTellsOfWhatWasThereAtTheFirstLookAndMayBeOlderThanTheJournal) {
    reaper one(stopping_settings());
    const std::vector<listed_server> listed{server_named("a", std::nullopt)};
    time_point now{};
    for (int minute = 0; minute < 20; ++minute) {
        EXPECT_TRUE(
            one.judge(old_journal(), listed, now + std::chrono::minutes(minute)).stops.empty());
    }
    EXPECT_EQ(one.judge(old_journal(), listed, now + 20min).told, std::vector<std::string>{"a"});
}

TEST(Reaper, OnlyTellsOfWhatIsOlderThanTheJournal) {
    reaper one(stopping_settings());
    journal_view journal;
    journal.age = 10min;
    const auto round =
        second_round(one, journal, {server_named("survivor", 1h), server_named("ours", 9min)});
    EXPECT_EQ(round.stops, std::vector<std::string>{"ours"});
    EXPECT_EQ(round.told, std::vector<std::string>{"survivor"});
}

TEST(Reaper, StopsTheOldestFirstAndNoMoreThanItMay) {
    auto with = stopping_settings();
    with.most_stops = 1;
    reaper one(with);
    const auto round =
        second_round(one, old_journal(), {server_named("b", 10min), server_named("a", 20min)});
    EXPECT_EQ(round.stops, std::vector<std::string>{"a"});
    EXPECT_EQ(round.told, std::vector<std::string>{"b"});
}

TEST(Reaper, TellsOnlyUnlessItIsAllowedToStop) {
    reaper one{reaper::settings()};
    const auto round = second_round(one, old_journal(), {server_named("a", 20min)});
    EXPECT_TRUE(round.stops.empty());
    EXPECT_EQ(round.told, std::vector<std::string>{"a"});
}

} // namespace
} // namespace roomport::allocation
