#include "support/pool_runner.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace roomport::test {
namespace {

struct framing_case {
    const char* name;
    std::string bytes;
    error_code error;
    std::string body;
};

void PrintTo(const framing_case& shown, std::ostream* to) {
    *to << shown.name;
}

class PoolFraming : public testing::TestWithParam<framing_case> {};

// The server closes after these bytes, so that a reader who waits for more meets the end, not a time limit.
TEST_P(PoolFraming, AnAnswerEndsAsTheStandardSays) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send(GetParam().bytes);
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    const auto outcome = runner.get(*pool);

    EXPECT_EQ(outcome.error, GetParam().error) << outcome.error.message();
    if (!GetParam().error) {
        EXPECT_EQ(outcome.body, GetParam().body);
    }
}

std::string repeat(const std::string& text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string interim = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
const error_code ok;

const framing_case framing_cases[] = {
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", ok, "hi"},
    {"chunked", chunked + "2\r\nhi\r\n0\r\n\r\n", ok, "hi"},
    {"chunked_with_extension_and_trailer", chunked + "2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n", ok, "hi"},
    {"framing_in_a_trailer_is_ignored", chunked + "2\r\nhi\r\n0\r\nContent-Length: 9\r\n\r\n", ok,
     "hi"},
    {"close_delimited", "HTTP/1.1 200 OK\r\n\r\nhi", ok, "hi"},
    {"http_1_0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", ok, "hi"},
    {"http_1_0_close_delimited", "HTTP/1.0 200 OK\r\n\r\nhi", ok, "hi"},
    {"no_content", "HTTP/1.1 204 No Content\r\n\r\n", ok, ""},
    {"not_modified_with_length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ok, ""},
    {"no_reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", ok, ""},
    {"no_reason_and_no_space", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", ok, "hi"},
    {"padded_chunk_sizes", chunked + "0002  \r\nhi\r\n000\t\r\n\r\n", ok, "hi"},
    {"chunk_size_after_a_space", chunked + " 2\r\nhi\r\n0\r\n\r\n", error::bad_http, ""},
    {"the_same_length_twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
     ok, "hi"},
    {"five_interim_responses", repeat(interim, 5) + http_response("hi"), ok, "hi"},
    {"six_interim_responses", repeat(interim, 6) + http_response("hi"), error::bad_http, ""},
    {"switching_protocols", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", error::bad_http, ""},
    {"truncated_head", "HTTP/1.1 200 OK\r\nContent-Le", error::connection_closed, ""},
    {"truncated_body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", error::connection_closed,
     ""},
    {"no_last_chunk", chunked + "2\r\nhi\r\n", error::connection_closed, ""},
    {"partial_last_chunk", chunked + "2\r\nhi\r\n0\r\n", error::connection_closed, ""},
    {"nothing", "", error::connection_closed, ""},
    {"two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
     error::bad_http, ""},
    {"list_of_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nhi", error::bad_http, ""},
    {"length_then_chunked",
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: "
     "chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
     error::bad_http, ""},
    {"chunked_then_length",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: "
     "2\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
     error::bad_http, ""},
    {"negative_length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi", error::bad_http, ""},
    {"signed_length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi", error::bad_http, ""},
    {"empty_length", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nhi", error::bad_http, ""},
    {"overflowing_length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhi",
     error::bad_http, ""},
    {"unknown_coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nhi",
     error::bad_http, ""},
    {"identity_coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhi", error::bad_http,
     ""},
    {"chunked_twice",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     error::bad_http, ""},
    {"chunked_in_http_1_0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     error::bad_http, ""},
    {"bad_chunk_size", chunked + "xyz\r\nhi\r\n0\r\n\r\n", error::bad_http, ""},
    {"empty_chunk_size", chunked + "\r\nhi\r\n0\r\n\r\n", error::bad_http, ""},
    {"hex_prefix_in_chunk_size", chunked + "0x2\r\nhi\r\n0\r\n\r\n", error::bad_http, ""},
    {"overflowing_chunk_size", chunked + "fffffffffffffffff2\r\nhi\r\n0\r\n\r\n", error::bad_http,
     ""},
    {"missing_line_end_after_chunk", chunked + "2\r\nhiX\r\n0\r\n\r\n", error::bad_http, ""},
    {"bare_line_feed_in_chunk_size", chunked + "2\nhi\r\n0\r\n\r\n", error::bad_http, ""},
    {"folded_field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", error::bad_http,
     ""},
    {"space_before_colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi", error::bad_http, ""},
    {"field_without_colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", error::bad_http, ""},
    {"control_byte_in_value", "HTTP/1.1 200 OK\r\nX: a\x1b[31m\r\nContent-Length: 0\r\n\r\n",
     error::bad_http, ""},
    {"nul_in_value", std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", 46),
     error::bad_http, ""},
    {"bare_line_feed", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", error::bad_http, ""},
    {"bare_carriage_return", "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
     error::bad_http, ""},
    {"not_http", "SSH-2.0-OpenSSH_9.2\r\n", error::bad_http, ""},
    {"http_2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", error::bad_http, ""},
    {"status_of_two_digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", error::bad_http, ""},
    {"status_below_100", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", error::bad_http, ""},
    {"huge_status_line", "HTTP/1.1 200 " + std::string(70'000, 'x'), error::headers_too_large, ""},
    {"huge_field", "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), error::headers_too_large,
     ""},
    {"many_fields", "HTTP/1.1 200 OK\r\n" + repeat("X: y\r\n", 12'000), error::headers_too_large,
     ""},
    {"large_head_within_the_limit",
     "HTTP/1.1 200 OK\r\nX: " + std::string(60'000, 'x') + "\r\nContent-Length: 2\r\n\r\nhi", ok,
     "hi"},
    {"huge_chunk_extension", chunked + "2;" + std::string(70'000, 'x'), error::headers_too_large,
     ""},
    {"many_chunk_extensions", chunked + repeat("1;" + std::string(1000, 'x') + "\r\na\r\n", 80),
     error::headers_too_large, ""},
    {"huge_trailer", chunked + "0\r\nX: " + std::string(70'000, 'x'), error::headers_too_large, ""},
    {"many_trailers", chunked + "0\r\n" + repeat("X: y\r\n", 12'000), error::headers_too_large, ""},
    {"announced_10_GiB", "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n",
     error::body_too_large, ""},
    {"chunked_body_over_the_limit", chunked + "200000\r\n" + std::string(0x200000, 'x'),
     error::body_too_large, ""},
    {"close_delimited_body_over_the_limit", "HTTP/1.1 200 OK\r\n\r\n" + std::string(0x200000, 'x'),
     error::body_too_large, ""},
};

INSTANTIATE_TEST_SUITE_P(Table, PoolFraming, testing::ValuesIn(framing_cases),
                         [](const auto& item) { return std::string(item.param.name); });

TEST(PoolFraming, AnAnswerWithoutABodyIsCompleteWhileTheConnectionStaysOpen) {
    for (const char* head : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
        scripted_server server(always_answer(head));
        pool_runner runner;
        const auto pool = runner.make_pool(server.url());
        EXPECT_FALSE(runner.get(*pool).error);
        EXPECT_FALSE(runner.get(*pool).error);
        EXPECT_EQ(server.accepted(), 1U);
    }
}

TEST(PoolFraming, AnHttp10ConnectionIsReusedOnlyWhenTheServerSaysSo) {
    scripted_server closing(always_answer("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    scripted_server keeping(
        always_answer("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
    pool_runner runner;
    const auto first = runner.make_pool(closing.url());
    const auto second = runner.make_pool(keeping.url());
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(runner.get(*first).error);
        EXPECT_FALSE(runner.get(*second).error);
    }
    EXPECT_EQ(closing.accepted(), 3U);
    EXPECT_EQ(keeping.accepted(), 1U);
}

TEST(PoolFraming, AResetInTheMiddleOfABodyIsAClosedConnection) {
    scripted_server server([](session& client) {
        client.read_request();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
        client.pause(std::chrono::milliseconds(20));
        client.reset();
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    const auto outcome = runner.get(*pool);

    EXPECT_EQ(outcome.error, error_code(error::connection_closed));
    EXPECT_EQ(outcome.answer.status, 200);
}

TEST(PoolFraming, AnAnswerThatArrivesByteByByteIsTheSame) {
    scripted_server server([](session& client) {
        while (!client.read_request().empty()) {
            client.send_slowly(chunked + "2;x\r\nhi\r\n3\r\nyou\r\n0\r\nA: b\r\n\r\n",
                               std::chrono::milliseconds(0));
        }
    });
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());

    EXPECT_EQ(runner.get(*pool).body, "hiyou");
    EXPECT_EQ(runner.get(*pool).body, "hiyou");
    EXPECT_EQ(server.accepted(), 1U);
}

} // namespace
} // namespace roomport::test
