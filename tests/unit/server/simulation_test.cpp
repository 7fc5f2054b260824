#include "server/simulation/simulation.hpp"

#include "program/duration_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace roomport::server;
using roomport::time_point;

simulation make(std::string_view spec) {
    const auto parsed = simulation_spec::parse(spec);
    EXPECT_TRUE(parsed.has_value()) << spec;
    return simulation(parsed.has_value() ? *parsed : simulation_spec());
}

std::string log_of(std::string_view spec, int launches) {
    auto simulated = make(spec);
    for (int each = 0; each < launches; ++each) {
        simulated.create(time_point(), "p" + std::to_string(each));
    }
    std::string log;
    while (simulated.next() != time_point::max()) {
        const auto now = simulated.next();
        for (const auto& event : simulated.run_until(now)) {
            log += event.process_id +
                   (event.what == process_event::kind::ready ? " ready " : " exit ") +
                   event.reason + " at " + std::to_string(now.time_since_epoch().count()) + "\n";
        }
    }
    return log;
}

TEST(Duration, IsANumberWithAUnit) {
    EXPECT_EQ(roomport::program::parse_duration("250ms"), 250ms);
    EXPECT_EQ(roomport::program::parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(roomport::program::parse_duration("2m"), 2min);
    EXPECT_EQ(roomport::program::parse_duration("1h"), 1h);
    EXPECT_EQ(roomport::program::parse_duration("99999999h"), 50 * 366 * 24h)
        << "for ever, without overflow";
    for (const char* text : {"", "5", "s", "0s", "-1s", "1e3s", "1 s", "1d", "nans", "infs", "1ss",
                             "0.0000000001ms"}) {
        EXPECT_EQ(roomport::program::parse_duration(text), std::nullopt) << text;
    }
}

TEST(SimulationSpec, RefusesWhatItDoesNotKnow) {
    for (const char* text : {"", "x", "start=", "start=5", "start=uniform:5s:1s", "crash=2",
                             "crash=-1", "crash=nan", "never=60%,crash=60%", "seed=x", "color=red",
                             "start=lognormal:1s:x", "start=uniform:1s", "1s,", "start=1s,,"}) {
        EXPECT_TRUE(simulation_spec::parse(text).has_error()) << text;
    }
}

TEST(Simulation, BindsAfterItsStartTime) {
    EXPECT_EQ(log_of("200ms", 1), "p0 ready  at 200000000\n");
    EXPECT_EQ(log_of("start=fixed:2s,life=3s", 1),
              "p0 ready  at 2000000000\np0 exit exit status 0 at 5000000000\n");
}

TEST(Simulation, HasFaults) {
    EXPECT_EQ(log_of("1s,crash=1", 1), "p0 exit exit status 1 at 1000000000\n");
    EXPECT_EQ(log_of("1s,quit=100%", 1), "p0 exit exit status 0 at 1000000000\n");
    EXPECT_EQ(log_of("1s,never=1", 1), "");
}

TEST(Simulation, IsTheSameForTheSameSeed) {
    constexpr auto spec = "lognormal:3s:0.5,crash=10%,never=5%,quit=5%";
    EXPECT_EQ(log_of(spec, 100), log_of(spec, 100));
    EXPECT_NE(log_of(spec, 100), log_of(std::string(spec) + ",seed=2", 100));
}

TEST(Simulation, KeepsToItsSharesRoughly) {
    const auto log = log_of("uniform:1s:5s,crash=20%", 1000);
    std::size_t crashes = 0;
    for (auto at = log.find("status 1"); at != log.npos; at = log.find("status 1", at + 1)) {
        ++crashes;
    }
    EXPECT_GT(crashes, 150U);
    EXPECT_LT(crashes, 250U);
}

TEST(Simulation, StopsGentlyOrAtOnce) {
    auto simulated = make("1s,stop=2s");
    simulated.create(time_point(), "a");
    simulated.create(time_point(), "b");
    simulated.run_until(time_point(1s));
    EXPECT_EQ(simulated.observe("a"), process_state::ready);
    simulated.stop(time_point(1s), "a", false);
    simulated.stop(time_point(2s), "a", false);
    simulated.stop(time_point(1s), "b", true);
    EXPECT_EQ(simulated.observe("a"), process_state::stopping);
    EXPECT_EQ(simulated.run_until(time_point(1s)).size(), 1U);
    EXPECT_EQ(simulated.list(), std::vector<std::string>{"a"});
    EXPECT_EQ(simulated.run_until(time_point(3s - 1ns)).size(), 0U);
    const auto events = simulated.run_until(time_point(3s));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_TRUE(events.front().succeeded);
    EXPECT_EQ(simulated.observe("a"), std::nullopt);
}

} // namespace
