// The wait engine against thousands of seeded worlds, and against the goals that it was built for. A failing seed is
// named with the command that repeats it.

#include "sim/bounds.hpp"
#include "sim/scenarios.hpp"
#include "sim/world.hpp"

#include <gtest/gtest.h>

namespace roomport::sim {
namespace {

#ifdef ROOMPORT_SIM_FEWER_SEEDS
constexpr std::uint64_t seeds = 150;
#else
constexpr std::uint64_t seeds = 1500;
#endif

using draw = world_options (*)(std::uint64_t seed);

void expect_promises_kept(draw how, const char* flag) {
    int failures = 0;
    for (std::uint64_t seed = 1; seed <= seeds && failures < 5; ++seed) {
        world simulated(how(seed));
        const run_report report = simulated.run();
        if (!report.problems.empty()) {
            ++failures;
            ADD_FAILURE() << report.problems.front() << "\nroomport-sim " << flag << " --seed "
                          << seed << " --log";
        }
    }
}

TEST(Simulation, KeepsItsPromisesInAStorm) {
    expect_promises_kept(draw_storm, "--storm");
}

TEST(Simulation, MissesNoRoomInACalm) {
    expect_promises_kept(draw_calm, "--calm");
}

TEST(Simulation, RepeatsASeedExactly) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        world one(draw_storm(seed));
        world same(draw_storm(seed));
        const run_report first = one.run();
        const run_report second = same.run();
        EXPECT_GT(first.events, 0U);
        EXPECT_EQ(first.fingerprint, second.fingerprint) << seed;
    }
}

TEST(Simulation, BoundsAreBelowWhatTheyBound) {
    for (const auto& name : start_law::names()) {
        const start_law law = start_law::find(name);
        EXPECT_GT(delay_bound(law, 2), delay_bound(law, 4)) << name;
        // Polling each room at once finds it no sooner than being told that it is ready.
        EXPECT_GE(burst_bound(law, 1000, 20, 1), informed_burst_bound(law, 1000, 20, 1) - 1e-9)
            << name;
    }
    // Uniform starts, polls at equal distances: 20 s and n polls make half a distance of delay.
    EXPECT_LE(delay_bound(start_law::find("uniform"), 4), 20.0 / 4 / 2);
}

#ifndef ROOMPORT_SIM_FEWER_SEEDS
// Goals that take long to measure, and tell a sanitizer nothing that the worlds above don't.

run_report play(const scenario& chosen) {
    world simulated(chosen.options);
    run_report report = simulated.run();
    EXPECT_TRUE(report.problems.empty()) << report.problems.front();
    return report;
}

class ShortRate : public ::testing::TestWithParam<const char*> {};

TEST_P(ShortRate, IsSpentWhereItTellsMost) {
    scenario busy = find_scenario("short-rate", GetParam());
    // Enough for a law that comes apart while polls are late to do so.
    busy.options.rooms = 8'000;
    const run_report report = play(busy);
    EXPECT_EQ(report.ready, busy.options.rooms);
    EXPECT_LE(mean(report.delays), 1.2 * busy.bound);
}

TEST_P(ShortRate, IsSpentWellAgainLongAfterAChangeOfTheLaw) {
    const scenario changed = find_scenario("short-rate-change", GetParam());
    const run_report report = play(changed);
    EXPECT_EQ(report.ready, changed.options.rooms);
    EXPECT_LE(mean(report.delays), 1.6 * changed.bound);
}

INSTANTIATE_TEST_SUITE_P(Scenario, ShortRate,
                         ::testing::Values("tight", "wide", "bimodal", "heavy"));

TEST(Scenario, BurstUnderAKnownLimitIsNeverRefused) {
    const scenario burst = find_scenario("burst", "wide");
    const run_report report = play(burst);
    EXPECT_EQ(report.ready, burst.options.rooms);
    EXPECT_EQ(report.refusals, 0U);
    EXPECT_LE(mean(report.lengths), 1.05 * burst.bound);
}

TEST(Scenario, BurstInBatchesIsNeverRefused) {
    const scenario burst = find_scenario("burst-batch", "wide");
    const run_report report = play(burst);
    EXPECT_EQ(report.ready, burst.options.rooms);
    EXPECT_EQ(report.refusals, 0U);
    EXPECT_LE(mean(report.lengths), 1.25 * burst.bound);
}

TEST(Scenario, BurstUnderAnUnknownLimitIsRarelyRefused) {
    const scenario burst = find_scenario("burst-unknown", "wide");
    const run_report report = play(burst);
    EXPECT_EQ(report.ready, burst.options.rooms);
    EXPECT_LE(report.refusals, report.polls / 50);
    EXPECT_LE(mean(report.lengths), 1.25 * burst.bound);
}

TEST(Scenario, OutageKeepsToAFifthAndAProbeASecond) {
    const run_report report = play(find_scenario("outage", "wide"));
    const double before = static_cast<double>(report.polls_between(30, 60)) / 30;
    const double during = static_cast<double>(report.polls_between(60, 120)) / 60;
    EXPECT_LE(during, 0.2 * before + 1);
    EXPECT_LE(report.most_polls_a_second(120, 200), 4 * before);
}

TEST(Scenario, CrowdCostsNoMorePollsThanOneWaiterARoom) {
    const run_report crowd = play(find_scenario("crowd", "wide"));
    const run_report alone = play(find_scenario("crowd-alone", "wide"));
    EXPECT_EQ(crowd.ready + crowd.timed_out + crowd.cancelled + crowd.failed, 100'000U);
    EXPECT_EQ(alone.ready + alone.timed_out + alone.cancelled + alone.failed, 10'000U);
    // Ten deadlines a room ask for last polls of their own, and keep rooms that one alone would have left.
    EXPECT_LE(crowd.polls, 3 * alone.polls);
}

#endif

} // namespace
} // namespace roomport::sim
