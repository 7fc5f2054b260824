#include "sim/command_line.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace roomport::sim {
namespace {

class SimCommandLine : public ::testing::Test {
protected:
    std::optional<int> read(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "roomport-sim");
        output.str({});
        errors.str({});
        given = choices();
        return read_command_line(static_cast<int>(arguments.size()), arguments.data(), given,
                                 output, errors);
    }

    choices given;
    std::ostringstream output;
    std::ostringstream errors;
};

TEST_F(SimCommandLine, TakesWhatItsHelpShows) {
    EXPECT_FALSE(
        read({"--law", "bimodal", "--rooms", "5000", "--arrivals", "50", "--rate", "200"}));
    EXPECT_EQ(given.world.rooms, 5000U);
    EXPECT_FALSE(read({"--policy", "1", "--law", "tight"}));
    EXPECT_FALSE(read({"--scenario", "burst-batch"}));
    EXPECT_FALSE(read({"--storm", "--seed", "77", "--log"}));
    EXPECT_FALSE(read({"--arrivals", "0", "--rate", "0"}));
}

TEST_F(SimCommandLine, RefusesNumbersOutOfRangeAndNamesOptionValueAndRange) {
    const std::vector<std::pair<const char*, const char*>> bad = {
        {"--rooms", "0"},       {"--rooms", "1e10"},    {"--rooms", "nan"},
        {"--arrivals", "1e-9"}, {"--arrivals", "nan"},  {"--arrivals", "-1"},
        {"--rate", "nan"},      {"--rate", "inf"},      {"--limit", "1e-12"},
        {"--deadline", "nan"},  {"--deadline", "1e30"}, {"--deadline", "0"},
        {"--latency", "-1"},    {"--jitter", "1e9"},    {"--lost", "1.5"},
        {"--errors", "nan"},    {"--outage", "1e300"},  {"--hold", "-2"},
        {"--runs", "0"},        {"--places", "0"},      {"--waiters", "0"},
        {"--policy", "1e-9"},   {"--policy", "nan"},    {"--policy", "wrong"},
        {"--limit-depth", "0"}, {"--batch", "100000"},  {"--retry-after", "1e6"},
        {"--seed", "-1"},       {"--seed", "x"},        {"--seed", "18446744073709551616"}};
    for (const auto& [option, value] : bad) {
        EXPECT_EQ(read({option, value}), 2) << option << " " << value;
        EXPECT_NE(errors.str().find(option), std::string::npos) << errors.str();
        EXPECT_NE(errors.str().find(value), std::string::npos) << errors.str();
        EXPECT_NE(errors.str().find(" to "), std::string::npos) << errors.str();
    }
}

TEST_F(SimCommandLine, TakesEverySeed) {
    EXPECT_FALSE(read({"--seed", "18446744073709551615"}));
    EXPECT_EQ(given.world.seed, 18446744073709551615U);
    EXPECT_FALSE(read({"--seed", "0"}));
    EXPECT_EQ(given.world.seed, 0U);
}

TEST_F(SimCommandLine, RefusesWhatWouldHaveNoEffect) {
    const std::vector<std::vector<const char*>> bad = {{"--scenario", "burst", "--storm"},
                                                       {"--scenario", "burst", "--calm"},
                                                       {"--scenario", "burst", "--rooms", "5"},
                                                       {"--scenario", "burst", "--age-unknown"},
                                                       {"--storm", "--calm"},
                                                       {"--storm", "--rooms", "5"},
                                                       {"--rooms", "5", "--calm"},
                                                       {"--calm", "--law", "wide"},
                                                       {"--storm", "--policy", "1"}};
    for (const auto& arguments : bad) {
        EXPECT_EQ(read(arguments), 2) << arguments.front() << " " << arguments.back();
        EXPECT_NE(errors.str().find("excludes"), std::string::npos) << errors.str();
    }
    EXPECT_FALSE(read({"--scenario", "burst", "--law", "wide", "--policy", "1", "--seed", "7",
                       "--runs", "2", "--log"}));
    EXPECT_FALSE(read({"--calm", "--seed", "7", "--runs", "2", "--log"}));
}

TEST_F(SimCommandLine, RefusesWhatWouldHardlyEverEnd) {
    EXPECT_EQ(read({"--rooms", "1000000", "--arrivals", "0.001"}), 2);
    EXPECT_NE(errors.str().find("--arrivals"), std::string::npos);
    EXPECT_EQ(read({"--rooms", "1000000", "--waiters", "1000"}), 2);
}

TEST_F(SimCommandLine, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(read({"--law", "none"}), 2);
    EXPECT_EQ(read({"--scenario", "none"}), 2);
    EXPECT_EQ(read({"--nonsense"}), 2);
}

TEST_F(SimCommandLine, ShowsItsHelp) {
    EXPECT_EQ(read({"--help"}), 0);
    EXPECT_NE(output.str().find("--arrivals"), std::string::npos);
}

} // namespace
} // namespace roomport::sim
