#include "server/api/player_tokens.hpp"

#include "server/api/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {
namespace {

constexpr std::string_view key = "the app's secret";
const timestamp moment_of_issue{std::chrono::seconds(1'700'000'000)};

player_tokens tokens() {
    return player_tokens(secret(key));
}

// Another signature than the one under test, so that both have to be right.
std::string signed_text(const std::string& text, std::string_view with = key) {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), with.data(), static_cast<int>(with.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), code, &size);
    return text + "." + to_base64url({reinterpret_cast<const char*>(code), size});
}

std::string token_of(std::string_view header, std::string_view claims) {
    return signed_text(to_base64url(header) + "." + to_base64url(claims));
}

constexpr std::string_view good_header = R"({"alg":"HS256","typ":"JWT"})";

bool accepts_claims(std::string_view claims) {
    return tokens().check(token_of(good_header, claims), moment_of_issue).has_value();
}

TEST(PlayerTokens, WhatIsIssuedIsAccepted) {
    const player who("nickname", text_or_number("7f"), "J\xC3\xBCrgen \"x\"\n");
    const auto token = tokens().issue(who, moment_of_issue);
    EXPECT_EQ(tokens().check(token, moment_of_issue), who);
}

TEST(PlayerTokens, HasTheFormThatGamesExpect) {
    const auto token =
        tokens().issue(player("anonymous", text_or_number("wh08"), "quiet-owl"), moment_of_issue);
    // Made by another implementation of RFC 7519.
    EXPECT_EQ(
        token,
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJ0eXBlIjoiYW5vbnltb3VzIiwiaWQiOiJ3aDA4IiwibmFtZSI6InF1aWV0LW93bCIsIm"
        "lhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAyNTkyMDAwfQ.mIOWoLoFBi9fNNEaF4Wkj2ROpTw8kBJ7xkbJDJrhIig");
}

TEST(PlayerTokens, TheSignatureIsThatOfTheRfcsExample) {
    // RFC 7515, A.1: the key, and a token that has no id and is refused for that alone.
    const auto rfc_key = from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
                                        "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    ASSERT_TRUE(rfc_key);
    const std::string header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
    const std::string claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
                               "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    EXPECT_EQ(signed_text(header + "." + claims, *rfc_key),
              header + "." + claims + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    // With an id it is accepted, until it expires.
    const auto with_id =
        signed_text(header + "." + to_base64url(R"({"id":"joe","exp":1300819380})"), *rfc_key);
    const player_tokens theirs{secret(*rfc_key)};
    EXPECT_TRUE(theirs.check(with_id, timestamp(std::chrono::seconds(1'300'819'379))));
    EXPECT_FALSE(theirs.check(with_id, timestamp(std::chrono::seconds(1'300'819'380))));
}

TEST(PlayerTokens, AChangeOfAnyByteIsNoticed) {
    const auto token =
        tokens().issue(player("anonymous", text_or_number("7f"), "x"), moment_of_issue);
    for (std::size_t at = 0; at < token.size(); ++at) {
        auto changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens().check(changed, moment_of_issue)) << at;
        changed = token;
        changed.erase(at, 1);
        EXPECT_FALSE(tokens().check(changed, moment_of_issue)) << at;
        EXPECT_FALSE(tokens().check(token.substr(0, at), moment_of_issue)) << at;
    }
    EXPECT_FALSE(tokens().check(token + "A", moment_of_issue));
    EXPECT_FALSE(tokens().check(token + "=", moment_of_issue));
    EXPECT_FALSE(tokens().check(token + ".", moment_of_issue));
    EXPECT_FALSE(tokens().check(" " + token, moment_of_issue));
}

TEST(PlayerTokens, AnotherSecretIsNotAccepted) {
    const auto token =
        tokens().issue(player("anonymous", text_or_number("7f"), "x"), moment_of_issue);
    EXPECT_FALSE(player_tokens(secret("another")).check(token, moment_of_issue));
    EXPECT_FALSE(player_tokens(secret(std::string(key) + "x")).check(token, moment_of_issue));
}

TEST(PlayerTokens, TheAlgorithmIsNotTheTokensToChoose) {
    const std::string claims = R"({"id":"7f"})";
    for (const std::string_view header :
         {R"({"alg":"none"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"HS512"})",
          R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"alg":""})", R"({"alg":null})",
          R"({"alg":["HS256"]})", R"({"typ":"JWT"})", R"({"alg":"HS256","crit":["exp"]})", R"({})",
          R"([])", R"("HS256")", "", "{", "null"}) {
        EXPECT_FALSE(tokens().check(token_of(header, claims), moment_of_issue)) << header;
    }
    const auto text = to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims);
    EXPECT_FALSE(tokens().check(text + ".", moment_of_issue));
    EXPECT_FALSE(tokens().check(text, moment_of_issue));
    EXPECT_TRUE(tokens().check(token_of(R"({"alg":"HS256"})", claims), moment_of_issue));
}

TEST(PlayerTokens, WhatIsNoTokenIsRefused) {
    for (const std::string_view text :
         {"", ".", "..", "...", "a.b.c", "a.b.c.d", "eyJ9.eyJ9.", "\xFF.\xFF.\xFF", "a b.c.d"}) {
        EXPECT_FALSE(tokens().check(text, moment_of_issue)) << text;
    }
    EXPECT_FALSE(tokens().check(std::string(60'000, '.'), moment_of_issue));
    EXPECT_FALSE(tokens().check(std::string_view("\0.\0.\0", 5), moment_of_issue));
}

TEST(PlayerTokens, APlayerHasAnId) {
    EXPECT_TRUE(accepts_claims(R"({"id":"7f"})"));
    EXPECT_TRUE(accepts_claims(R"({"id":12})"));
    for (const std::string_view claims :
         {R"({})", R"({"id":""})", R"({"id":null})", R"({"id":{}})", R"({"id":true})",
          R"({"sub":"7f"})", R"([])", "", "x", R"({"id":"7f")", R"({"id":"7f"}x)",
          "{\"id\":\"\xFF\"}"}) {
        EXPECT_FALSE(accepts_claims(claims)) << claims;
    }
    EXPECT_FALSE(accepts_claims(R"({"id":"7f","x":)" + std::string(5000, '[') + "}"));
}

TEST(PlayerTokens, ABackendsOwnIdMayBeANumber) {
    const auto who = tokens().check(token_of(good_header, R"({"id":12.5})"), moment_of_issue);
    ASSERT_TRUE(who);
    EXPECT_EQ(who->id, text_or_number(12.5));
}

TEST(PlayerTokens, ANumberThatIsNotExactIsNobodysId) {
    EXPECT_TRUE(accepts_claims(R"({"id":9007199254740991})"));
    for (const std::string_view claims :
         {R"({"id":1e999})", R"({"id":-1e999})", R"({"id":9007199254740992})",
          R"({"id":18446744073709551615})", R"({"id":"x","exp":1e400})"}) {
        EXPECT_FALSE(accepts_claims(claims)) << claims;
    }
}

TEST(PlayerTokens, AreInForceFromNbfUntilExp) {
    EXPECT_TRUE(accepts_claims(R"({"id":"x","nbf":1700000000,"exp":1700000001})"));
    EXPECT_TRUE(accepts_claims(R"({"id":"x","exp":1700000000.5})"));
    EXPECT_FALSE(accepts_claims(R"({"id":"x","exp":1700000000})"));
    EXPECT_FALSE(accepts_claims(R"({"id":"x","exp":0})"));
    EXPECT_FALSE(accepts_claims(R"({"id":"x","exp":-1e300})"));
    EXPECT_FALSE(accepts_claims(R"({"id":"x","nbf":1700000001})"));
    for (const std::string_view claims :
         {R"({"id":"x","exp":"1800000000"})", R"({"id":"x","exp":null})", R"({"id":"x","nbf":"0"})",
          R"({"id":"x","nbf":[]})"}) {
        EXPECT_FALSE(accepts_claims(claims)) << claims;
    }
}

TEST(PlayerTokens, LastAsLongAsTheyAreMadeFor) {
    const player who("anonymous", text_or_number("7f"), "x");
    const player_tokens brief{secret(key), std::chrono::minutes(5)};
    const auto token = brief.issue(who, moment_of_issue);
    EXPECT_TRUE(brief.check(token, moment_of_issue + std::chrono::seconds(299)));
    EXPECT_FALSE(brief.check(token, moment_of_issue + std::chrono::seconds(300)));
    const auto usual = tokens().issue(who, moment_of_issue);
    EXPECT_TRUE(tokens().check(usual, moment_of_issue + std::chrono::hours(24 * 30 - 1)));
    EXPECT_FALSE(tokens().check(usual, moment_of_issue + std::chrono::hours(24 * 30)));
}

TEST(PlayerTokens, AreNotIssuedInTheFuture) {
    EXPECT_TRUE(accepts_claims(R"({"id":"x","iat":1700000060})"));
    EXPECT_TRUE(accepts_claims(R"({"id":"x","iat":0})"));
    for (const std::string_view claims :
         {R"({"id":"x","iat":1700000061})", R"({"id":"x","iat":4000000000})",
          R"({"id":"x","iat":"0"})", R"({"id":"x","iat":null})"}) {
        EXPECT_FALSE(accepts_claims(claims)) << claims;
    }
}

TEST(PlayerTokens, AMemberThatStandsTwiceIsRefused) {
    const std::string claims = R"({"id":"7f"})";
    for (const std::string_view header :
         {R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","alg":"HS256"})",
          R"({"alg":"HS256","typ":"JWT","\u0061lg":"none"})"}) {
        EXPECT_FALSE(tokens().check(token_of(header, claims), moment_of_issue)) << header;
    }
    for (const std::string_view twice :
         {R"({"id":"a","id":"b"})", R"({"id":"a","exp":1,"exp":1800000000})",
          R"({"id":"a","nbf":1800000000,"nbf":0})", R"({"type":"x","id":"a","type":"y"})"}) {
        EXPECT_FALSE(accepts_claims(twice)) << twice;
    }
    // Neither text nor what is nested counts.
    EXPECT_TRUE(accepts_claims(R"({"id":"a\":\"b\\","x":{"id":1,"y":[{"id":2}]},"z":":::"})"));
}

TEST(Base64Url, IsThatOfTheRfc) {
    const std::vector<std::pair<std::string, std::string>> samples{
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
    for (const auto& [bytes, text] : samples) {
        EXPECT_EQ(to_base64url(bytes), text);
        EXPECT_EQ(from_base64url(text), bytes);
    }
}

TEST(Base64Url, TakesNothingButWhatItWrites) {
    for (const std::string_view text :
         {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm8=", "Zm9vZ", "+/8", "Zm 9v", "Zm9v\n", "\xC3\xA4"}) {
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

} // namespace
} // namespace roomport::server
