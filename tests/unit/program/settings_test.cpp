#include "program/settings.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

namespace roomport::program {
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

class Token : public ::testing::Test {
protected:
    Token() {
        given_.endpoint = "https://localhost:1";
        given_.app_id = "app";
    }
    ~Token() override { ::unsetenv("HATHORA_TOKEN"); }

    settings given_;
};

TEST_F(Token, OfTheEnvironmentNamesItsVariableAndNotItself) {
    ::setenv("HATHORA_TOKEN", "good\n", 1);
    const auto good = to_client_options(given_).token;
    ASSERT_TRUE(good);
    EXPECT_EQ(good->where(), "HATHORA_TOKEN");
    ASSERT_TRUE(good->current());
    EXPECT_EQ(good->current()->reveal(), "good");
    EXPECT_FALSE(good->refused());
    ::setenv("HATHORA_TOKEN", "bad token", 1);
    const auto bad = to_client_options(given_).token;
    EXPECT_FALSE(bad->current());
    EXPECT_EQ(bad->where(), "HATHORA_TOKEN");
}

TEST_F(Token, OfAFileNamesTheFile) {
    ::setenv("HATHORA_TOKEN", "other", 1);
    given_.token_file = "/nonexistent/token";
    const auto token = to_client_options(given_).token;
    EXPECT_FALSE(token->current());
    EXPECT_EQ(token->where(), "the file '/nonexistent/token'");
}

} // namespace
} // namespace roomport::program
