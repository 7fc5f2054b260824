#include <roomport/hathora/room_id.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace roomport::hathora {
namespace {

TEST(RoomId, AcceptsLettersDigitsUnderscoreAndHyphenUpToAHundred) {
    EXPECT_TRUE(is_valid_id("2swovpy1fnunu"));
    EXPECT_TRUE(is_valid_id("A_b-9"));
    EXPECT_TRUE(is_valid_id(std::string(100, 'x')));
}

TEST(RoomId, RefusesWhatWouldChangeARequest) {
    for (const std::string bad :
         {"", " ", "a b", "a/b", "..", "a%2fb", "a\r\nHost: evil", "a?b", "a#b", "é", "a.b"}) {
        EXPECT_FALSE(is_valid_id(bad)) << bad;
    }
    EXPECT_FALSE(is_valid_id(std::string(101, 'x')));
    EXPECT_FALSE(is_valid_id(std::string("a\0b", 3)));
}

TEST(RoomId, MadeIdsAreValidAndDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = make_room_id();
        EXPECT_TRUE(is_valid_id(id)) << id;
        EXPECT_TRUE(seen.insert(id).second) << id;
    }
}

} // namespace
} // namespace roomport::hathora
