#include <roomport/hathora/token_source.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace roomport::hathora {
namespace {

std::string text_of(token_source& source) {
    const auto token = source.current();
    return token ? std::string(token->reveal()) : "no token: " + token.error().message();
}

class TokenFile : public ::testing::Test {
protected:
    TokenFile()
        : path_(std::filesystem::path(::testing::TempDir()) /
                ("roomport-token-" +
                 std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {}
    ~TokenFile() override { std::filesystem::remove(path_); }

    void write(const std::string& text) const {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    }

    const std::filesystem::path path_;
};

TEST(FixedToken, GivesItsText) {
    const auto source = fixed_token(secret("abc"));
    EXPECT_EQ(text_of(*source), "abc");
    EXPECT_FALSE(source->refused());
}

TEST(FixedToken, RefusesWhatWouldBreakOutOfAHeader) {
    for (const std::string bad : {"", "a b", "a\nb", "a\r", "\x01", "caf\xc3\xa9"}) {
        const auto token = fixed_token(secret(bad))->current();
        ASSERT_TRUE(token.has_error()) << bad;
        EXPECT_EQ(token.error(), error::token_unavailable);
    }
}

TEST_F(TokenFile, DropsTheFinalNewline) {
    const auto source = token_file(path_);
    write("abc\n");
    EXPECT_EQ(text_of(*source), "abc");
    write("longer\r\n");
    EXPECT_EQ(text_of(*source), "longer");
}

TEST_F(TokenFile, IsReadAgainWhenItChanges) {
    write("first");
    const auto source = token_file(path_);
    EXPECT_EQ(text_of(*source), "first");
    write("the-second");
    EXPECT_EQ(text_of(*source), "the-second");
}

TEST_F(TokenFile, ARefusedTokenIsWorthAnotherTryOnlyWhenTheFileHasANewOne) {
    write("first");
    const auto source = token_file(path_);
    ASSERT_TRUE(source->current());
    EXPECT_FALSE(source->refused());
    write("other");
    EXPECT_TRUE(source->refused());
    EXPECT_EQ(text_of(*source), "other");
}

TEST_F(TokenFile, SaysWhereItIsAndNeverTheToken) {
    write("a secret");
    EXPECT_EQ(token_file(path_)->where(), "the file '" + path_.string() + "'");
    EXPECT_EQ(fixed_token(secret("a secret"))->where(), "");
}

TEST_F(TokenFile, MissingAndEmptyFilesAreErrors) {
    const auto source = token_file(path_);
    EXPECT_TRUE(source->current().has_error());
    write("");
    EXPECT_TRUE(source->current().has_error());
    write("now");
    EXPECT_TRUE(source->current().has_value());
}

TEST(TokenCallback, IsAskedEachTime) {
    std::vector<std::string> tokens{"c", "b", "a"};
    const auto source = token_callback([&]() -> boost::system::result<secret> {
        if (tokens.empty()) {
            return error::token_unavailable;
        }
        secret next(tokens.back());
        tokens.pop_back();
        return next;
    });
    EXPECT_EQ(text_of(*source), "a");
    EXPECT_TRUE(source->refused());
    EXPECT_EQ(text_of(*source), "c");
    EXPECT_TRUE(source->current().has_error());
}

} // namespace
} // namespace roomport::hathora
