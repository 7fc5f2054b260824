#include "poller/line_splitter.hpp"

#include <gtest/gtest.h>

namespace roomport::poller {
namespace {

using lines = std::vector<std::string>;

TEST(LineSplitter, CutsAtEitherEndOfLine) {
    line_splitter splitter(100);
    EXPECT_EQ(splitter.put("a\nb\r\n\nc"), (lines{"a", "b", ""}));
    EXPECT_EQ(splitter.put("d\n"), lines{"cd"});
    EXPECT_EQ(splitter.end(), lines{});
}

TEST(LineSplitter, GivesTheLastLineWithoutAnEnd) {
    line_splitter splitter(100);
    EXPECT_EQ(splitter.put("a\nb"), lines{"a"});
    EXPECT_EQ(splitter.end(), lines{"b"});
    EXPECT_EQ(splitter.end(), lines{});
}

TEST(LineSplitter, IsIndifferentToThePiecesTheBytesComeIn) {
    const std::string text = "one\r\ntwo\n\nthree\r\n";
    line_splitter splitter(100);
    lines all;
    for (const char c : text) {
        for (auto& line : splitter.put(std::string_view(&c, 1))) {
            all.push_back(std::move(line));
        }
    }
    EXPECT_EQ(all, (lines{"one", "two", "", "three"}));
}

TEST(LineSplitter, LeavesOutAByteOrderMarkAtTheBeginningOnly) {
    const std::string text = "\xEF\xBB\xBFone\r\n\xEF\xBB\xBFtwo";
    line_splitter splitter(100);
    lines all;
    for (const char c : text) {
        for (auto& line : splitter.put(std::string_view(&c, 1))) {
            all.push_back(std::move(line));
        }
    }
    EXPECT_EQ(all, lines{"one"});
    EXPECT_EQ(splitter.end(), lines{"\xEF\xBB\xBFtwo"});
    line_splitter alone(100);
    EXPECT_EQ(alone.put("\xEF\xBB\xBF"
                        "a"),
              lines{});
    EXPECT_EQ(alone.end(), lines{"a"});
}

TEST(LineSplitter, KeepsNoMoreOfALineThanItsBound) {
    line_splitter splitter(4);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(splitter.put("xxxxxxxxxx"), lines{});
    }
    EXPECT_EQ(splitter.put("\nab\n"), (lines{"xxxx", "ab"}));
}

} // namespace
} // namespace roomport::poller
