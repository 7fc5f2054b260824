#include "poller/room_request.hpp"

#include <gtest/gtest.h>

namespace roomport::poller {
namespace {

using namespace std::chrono_literals;

TEST(RoomRequest, NeedsOnlyARoom) {
    const auto read = read_room_request(R"({"roomId":"a-1"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->room_id, "a-1");
    EXPECT_FALSE(read->timeout);
    EXPECT_FALSE(read_room_request(R"({"roomId":"a","timeout":null})")->timeout);
}

TEST(RoomRequest, TakesATimeoutAsTextOrInSeconds) {
    EXPECT_EQ(read_room_request(R"({"roomId":"a","timeout":"1500ms"})")->timeout, 1500ms);
    EXPECT_EQ(read_room_request(R"({"timeout":"2m","roomId":"a"})")->timeout, 2min);
    EXPECT_EQ(read_room_request(R"({"roomId":"a","timeout":30})")->timeout, 30s);
    EXPECT_EQ(read_room_request(R"({"roomId":"a","timeout":0.25})")->timeout, 250ms);
    EXPECT_GT(*read_room_request(R"({"roomId":"a","timeout":1e300})")->timeout, 24h * 365 * 49);
}

TEST(RoomRequest, RefusesTimeoutsThatAreNone) {
    for (const auto* timeout :
         {R"("")", R"("30")", R"("0s")", R"("-1s")", R"("s")", R"("1 s")", R"("1d")", R"("nans")",
          "0", "-1", "-1e300", "1e-300", "true", "[]", "{}"}) {
        const auto body = std::string(R"({"roomId":"a","timeout":)") + timeout + "}";
        const auto read = read_room_request(body);
        ASSERT_TRUE(read.has_error()) << body;
        EXPECT_NE(read.error().find("timeout"), std::string::npos);
    }
}

TEST(RoomRequest, RefusesBodiesThatNameNoRoom) {
    for (const auto* body :
         {"", "x", "{", "null", "[]", R"("a")", "{}", R"({"roomid":"a"})", R"({"roomId":1})",
          R"({"roomId":null})", R"({"roomId":"a"} {})", "{\"roomId\":\"\xff\"}"}) {
        EXPECT_TRUE(read_room_request(body).has_error()) << body;
    }
}

TEST(RoomRequest, RefusesAMemberThatItDoesNotKnowAndNamesIt) {
    for (const auto* body :
         {R"({"roomId":"a","timout":"30s"})", R"({"timout":[{"roomId":1}],"roomId":"a"})"}) {
        const auto read = read_room_request(body);
        ASSERT_TRUE(read.has_error()) << body;
        EXPECT_NE(read.error().find("'timout'"), std::string::npos) << read.error();
    }
    const auto hostile =
        read_room_request("{\"roomId\":\"a\",\"\\u001b\\u0000" + std::string(5000, 'x') + "\":1}");
    ASSERT_TRUE(hostile.has_error());
    EXPECT_EQ(hostile.error().find('\x1b'), std::string::npos);
    EXPECT_LT(hostile.error().size(), 300U);
}

TEST(RoomRequest, RefusesAMemberThatStandsThereTwiceAndNamesIt) {
    const auto twice = read_room_request(R"({"roomId":"a","timeout":"1s","roomId":"b"})");
    ASSERT_TRUE(twice.has_error());
    EXPECT_NE(twice.error().find("roomId stands there twice"), std::string::npos);
    EXPECT_TRUE(read_room_request(R"({"roomId":"a","timeout":1,"timeout":1})").has_error());
}

TEST(Patience, IsWholeSecondsUpToFiveMinutes) {
    EXPECT_EQ(read_patience("0"), duration::zero());
    EXPECT_EQ(read_patience("30"), 30s);
    EXPECT_EQ(read_patience("300"), 300s);
    EXPECT_EQ(read_patience("301"), 300s);
    EXPECT_EQ(read_patience("99999999999999999999999999"), 300s);
}

TEST(Patience, IsNothingElse) {
    for (const auto* text : {"", " ", "1.5", "-1", "+1", "1s", "x", "0x10", "1 ", "1e3"}) {
        EXPECT_FALSE(read_patience(text)) << text;
    }
}

} // namespace
} // namespace roomport::poller
