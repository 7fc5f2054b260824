#include "server/rooms/random_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace roomport::server {
namespace {

TEST(RandomText, ACodeIsMadeOfWhatNobodyTakesForSomethingElse) {
    const auto code = random_code(1000);
    EXPECT_EQ(code.size(), 1000U);
    EXPECT_EQ(code.find_first_not_of("23456789ABCDEFGHJKLMNPQRSTUVWXYZ"), std::string::npos);
    EXPECT_NE(random_code(20), random_code(20));
}

TEST(RandomText, APlayersNameIsThreeWords) {
    std::set<std::string> names;
    for (int count = 0; count < 20; ++count) {
        const auto name = random_player_name();
        EXPECT_EQ(std::count(name.begin(), name.end(), '-'), 2) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << name;
        names.insert(name);
    }
    EXPECT_GT(names.size(), 1U);
}

} // namespace
} // namespace roomport::server
