#include "hathora/clean_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace roomport::hathora {
namespace {

TEST(CleanText, LeavesOrdinaryTextAlone) {
    EXPECT_EQ(clean_text("room not found"), "room not found");
    EXPECT_EQ(clean_text("Größe 日本"), "Größe 日本");
}

TEST(CleanText, TurnsControlCharactersIntoSpaces) {
    EXPECT_EQ(clean_text("a\r\nb\x1b[31mc\x7f"), "a b [31mc");
    EXPECT_EQ(clean_text(std::string("a\0b", 3)), "a b");
    EXPECT_EQ(clean_text("a\xC2\x9B"
                         "b"),
              "a b")
        << "C1 control characters steer terminals too";
    EXPECT_EQ(clean_text("a\xE2\x80\xAE"
                         "b"),
              "a b")
        << "so do those that turn the direction of writing";
}

TEST(CleanText, ReplacesInvalidUtf8) {
    EXPECT_EQ(clean_text("a\xFF"
                         "b"),
              "a?b");
    EXPECT_EQ(clean_text("a\xC0\xAF"), "a??");
    EXPECT_EQ(clean_text("a\xED\xA0\x80"), "a???");
    EXPECT_EQ(clean_text("cut \xE6\x97"), "cut ??");
}

TEST(CleanText, CutsLongTextBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
        text += "日";
    }
    const auto cleaned = clean_text(text);
    EXPECT_LE(cleaned.size(), 503U);
    EXPECT_EQ(cleaned.size() % 3, 0U);
}

TEST(CleanText, NeverShowsTheToken) {
    const secret token("s3cr3t");
    EXPECT_EQ(clean_text("bad token s3cr3t, s3cr3t", token), "bad token [token], [token]");
    const std::string at_the_cut = std::string(497, 'x') + "s3cr3t";
    EXPECT_EQ(clean_text(at_the_cut, token).find("s3c"), std::string::npos);
}

TEST(CleanText, KnowsTheTokenInTheFormsOfAnEcho) {
    const secret token("ab/c+d=");
    for (const char* echoed : {R"(ab\/c+d=)", R"(ab\u002fc\u002Bd\u003d)", "ab%2Fc%2bd%3D",
                               "ab&#47;c&#x2b;d&#x3D;", "%61%62%2F%63%2B%64%3D"}) {
        EXPECT_EQ(clean_text("bad token " + std::string(echoed) + "!", token),
                  "bad token [token]!");
    }
    EXPECT_EQ(clean_text("ab/c+ ab%2 &#47 &#;", token), "ab/c+ ab%2 &#47 &#;");
}

TEST(CleanText, ATokenThatStandsInItsOwnReplacementEnds) {
    EXPECT_EQ(clean_text("token", secret("token")), "[token]");
    EXPECT_EQ(clean_text("a t0k3n", secret("0")), "a t[token]k3n");
}

TEST(CleanText, ATokenThatIsACommonWordGarblesNoSentence) {
    const std::string text =
        "a required member is missing (at byte 1, in /roomId); the room has an error";
    for (const char* word : {"room", "the", "a", "error", "is", "Room", "member", "i"}) {
        EXPECT_EQ(clean_text(text, secret(word)), text) << word;
    }
    EXPECT_EQ(clean_text("room not found", secret("room")), "room not found");
}

TEST(CleanText, ATokenThatIsACommonWordIsHiddenWhereATokenStands) {
    for (const char* shown :
         {"room", "bad token room", "Bearer room", "Authorization: Bearer room, room 7",
          "'room' is wrong", R"({"token":"room"})", "token=room", "the secret room", "sent %72oom",
          "ro\\u006fm was sent"}) {
        const std::string cleaned = clean_text(shown, secret("room"));
        EXPECT_NE(cleaned.find("[token]"), std::string::npos) << shown;
    }
    EXPECT_EQ(clean_text("Authorization: Bearer room, room 7", secret("room")),
              "Authorization: Bearer [token], room 7");
    EXPECT_EQ(clean_text("bad token roomy", secret("room")), "bad token roomy");
}

} // namespace
} // namespace roomport::hathora
