#include "cli/settings.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace roomport::cli {
namespace {

using namespace std::chrono_literals;

duration pause_between_polls(duration interval) {
    settings given;
    given.poll_interval = interval;
    const auto options = to_wait_options(given);
    return options.cadence ? options.cadence->pause(cadence_input()) : duration::zero();
}

TEST(PollInterval, IsAtLeastTenMilliseconds) {
    EXPECT_EQ(pause_between_polls(1ns), 10ms);
    EXPECT_EQ(pause_between_polls(1ms), 10ms);
    EXPECT_EQ(pause_between_polls(10ms), 10ms);
    EXPECT_EQ(pause_between_polls(2s), 2s);
}

} // namespace
} // namespace roomport::cli
