#include "httpd/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using roomport::httpd::request;
using roomport::httpd::request_limits;
using roomport::httpd::request_reader;
using status = request_reader::status;

/// Feeds a reader pieces of a size, as a connection would.
class feeder {
public:
    explicit feeder(request_limits limits = request_limits()) : reader(limits) {}

    status feed(std::string_view text, std::size_t piece) {
        auto result = status::incomplete;
        while (!text.empty() && result == status::incomplete) {
            const auto size = std::min(piece, text.size());
            pending.append(text.substr(0, size));
            text.remove_prefix(size);
            std::size_t consumed = 0;
            result = reader.put(pending, consumed);
            pending.erase(0, consumed);
        }
        return result;
    }

    request_reader reader;
    std::string pending;
};

constexpr std::string_view post =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                     "\r\n3;n=v\r\nhel\r\n2\r\nlo\r\n0\r\nT: v\r\n\r\n";

TEST(RequestReader, ReadsTheSameForEverySplit) {
    for (const auto text : {post, chunked}) {
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            feeder feeding;
            ASSERT_EQ(feeding.feed(text, piece), status::complete) << piece;
            const auto read = feeding.reader.take();
            EXPECT_EQ(read.method, "POST");
            EXPECT_EQ(read.path, std::vector<std::string>{"a"});
            EXPECT_EQ(read.body, "hello");
            EXPECT_TRUE(feeding.pending.empty());
            EXPECT_TRUE(feeding.reader.keeps_alive());
        }
    }
}

TEST(RequestReader, ReadsAnEmptyChunkedBodyForEverySplit) {
    const std::string text =
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        feeder feeding;
        ASSERT_EQ(feeding.feed(text, piece), status::complete) << piece;
        EXPECT_EQ(feeding.reader.take().body, "");
    }
}

TEST(RequestReader, LeavesTheNextRequestAlone) {
    feeder feeding;
    const auto two = std::string(post) + std::string(chunked);
    ASSERT_EQ(feeding.feed(two, two.size()), status::complete);
    feeding.reader.take();
    EXPECT_FALSE(feeding.reader.has_begun());
    std::size_t consumed = 0;
    ASSERT_EQ(feeding.reader.put(feeding.pending, consumed), status::complete);
    EXPECT_EQ(feeding.reader.take().body, "hello");
}

TEST(RequestReader, SkipsEmptyLinesBeforeARequest) {
    feeder feeding;
    EXPECT_EQ(feeding.feed("\r\n\r\n" + std::string(post), 1), status::complete);
}

TEST(RequestReader, KnowsWhenTheConnectionEnds) {
    feeder closing;
    closing.feed("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 100);
    EXPECT_FALSE(closing.reader.keeps_alive());
    feeder old;
    old.feed("GET / HTTP/1.0\r\n\r\n", 100);
    EXPECT_FALSE(old.reader.keeps_alive());
    EXPECT_TRUE(old.reader.is_http_1_0());
}

TEST(RequestReader, AsksOnceForABodyThatIsHeldBack) {
    feeder feeding;
    const std::string head =
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    ASSERT_EQ(feeding.feed(head, 7), status::incomplete);
    EXPECT_TRUE(feeding.reader.take_expect_continue());
    EXPECT_FALSE(feeding.reader.take_expect_continue());
    EXPECT_EQ(feeding.feed("ab", 1), status::complete);
}

class Refusal : public testing::TestWithParam<std::pair<int, std::string>> {};

TEST_P(Refusal, HasTheRightStatusForEverySplit) {
    const auto& [code, text] = GetParam();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
        request_limits limits;
        limits.head = 200;
        limits.body = 10;
        feeder feeding(limits);
        ASSERT_EQ(feeding.feed(text, piece), status::failed) << piece;
        EXPECT_EQ(feeding.reader.failure().status, code) << feeding.reader.failure().why;
        EXPECT_FALSE(feeding.reader.keeps_alive());
    }
}

const std::string chunked_head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Of, Refusal,
    testing::Values(
        std::pair(400, "GET / HTTP/1.1\r\n\r\n"),
        std::pair(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        std::pair(400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::pair(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n"),
        std::pair(400,
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                  "1\r\n\r\n"),
        std::pair(400, chunked_head + "zz\r\n\r\n"), std::pair(400, "hello\r\n\r\n"),
        std::pair(501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
        std::pair(505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        std::pair(431, "GET / HTTP/1.1\r\nHost: " + std::string(300, 'a')),
        std::pair(431, "GET /" + std::string(600, 'a')),
        std::pair(413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"),
        std::pair(413, chunked_head + "b\r\nhello world\r\n"),
        std::pair(413, chunked_head + "1;" + std::string(900, 'x')),
        std::pair(413, chunked_head + "0\r\nX: " + std::string(900, 'x'))));

TEST(RequestReader, ATrailerIsNoFieldOfTheHead) {
    const std::string text =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"
        "Authorization: Bearer x\r\n\r\n";
    for (const std::size_t piece : {text.size(), std::size_t{1}}) {
        roomport::httpd::request_reader reader{roomport::httpd::request_limits()};
        auto outcome = roomport::httpd::request_reader::status::incomplete;
        std::string kept;
        for (std::size_t begin = 0; begin < text.size(); begin += piece) {
            kept += text.substr(begin, piece);
            std::size_t consumed = 0;
            outcome = reader.put(kept, consumed);
            kept.erase(0, consumed);
        }
        ASSERT_EQ(outcome, roomport::httpd::request_reader::status::complete);
        const auto request = reader.take();
        EXPECT_EQ(request.body, "hi");
        EXPECT_EQ(request.find("Authorization"), std::nullopt) << piece;
    }
}

} // namespace
