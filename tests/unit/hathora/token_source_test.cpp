#include "hathora/remembered_token.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
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

TEST_F(TokenFile, WithMoreThanATokenIsAnError) {
    const auto source = token_file(path_);
    for (const std::string more : {"first\nsecond\n", "a\r\nX: y", "\nabc"}) {
        write(more);
        EXPECT_TRUE(source->current().has_error()) << more;
    }
    write(std::string(64 * 1024, 'x'));
    EXPECT_TRUE(source->current().has_value());
    write(std::string(64 * 1024 + 1, 'x'));
    EXPECT_TRUE(source->current().has_error());
}

TEST(RememberedToken, HidesWhatItGaveLastAndAsksOnceForWhatItNeverGave) {
    std::vector<std::string> tokens{"c", "b", "a"};
    int asked = 0;
    remembered_token source(token_callback([&]() -> boost::system::result<secret> {
        ++asked;
        if (tokens.empty()) {
            throw std::runtime_error("none is left");
        }
        secret next(tokens.back());
        tokens.pop_back();
        return next;
    }));
    EXPECT_EQ(source.to_hide().reveal(), "a");
    EXPECT_EQ(source.to_hide().reveal(), "a");
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(text_of(source), "b");
    EXPECT_EQ(source.to_hide().reveal(), "b");
    EXPECT_EQ(text_of(source), "c");
    EXPECT_EQ(source.current().error(), error_code(error::token_source_failed));
    EXPECT_EQ(source.failure(), "none is left");
    EXPECT_EQ(source.to_hide().reveal(), "c");
    EXPECT_FALSE(source.refused());
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
