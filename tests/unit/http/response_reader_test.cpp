#include "http/response_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roomport::http::detail {
namespace {

constexpr std::size_t body_limit = 1000;

struct reading {
    response answer;
    string_sink sink;
    error_code error;
    bool done = false;
    bool keep_alive = false;
    std::size_t consumed = 0;
};

// Fills `to`, whose parts the reader refers to.
void read(reading& to, std::string_view input, std::size_t piece) {
    response_reader reader(to.answer, to.sink, body_limit);
    const moment now{time_point(std::chrono::seconds(5)), {}};
    while (to.consumed < input.size() && !to.done && !to.error) {
        const auto step = reader.put(input.substr(to.consumed, piece), now);
        to.consumed += step.consumed;
        to.done = step.done;
        to.error = step.error;
    }
    to.keep_alive = reader.keep_alive();
}

TEST(ResponseReader, TheResultIsTheSameForPiecesOfAnySize) {
    const std::vector<std::string> inputs = {
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\nContent-Length: "
        "5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n5;e\r\nhello\r\n0\r\nT: "
        "x\r\n\r\n",
    };
    for (const auto& input : inputs) {
        for (std::size_t piece = 1; piece <= input.size(); ++piece) {
            reading result;
            read(result, input, piece);
            ASSERT_FALSE(result.error) << result.error.message() << " " << piece;
            EXPECT_TRUE(result.done);
            EXPECT_TRUE(result.keep_alive);
            EXPECT_EQ(result.consumed, input.size());
            EXPECT_EQ(result.answer.status, 200);
            EXPECT_EQ(result.answer.find("x"), "y");
            EXPECT_EQ(result.answer.find("link"), std::nullopt);
            EXPECT_EQ(result.answer.find("t"), std::nullopt);
            EXPECT_EQ(result.answer.arrived_at, time_point(std::chrono::seconds(5)));
            EXPECT_EQ(result.sink.text, "hello");
        }
    }
}

TEST(ResponseReader, FieldsKeepTheirOrderAndTheirValuesAreTrimmed) {
    reading result;
    read(result, "HTTP/1.1 204 x\r\nB:  1 \r\nA:\r\nb: 2\r\n\r\n", 100);
    ASSERT_TRUE(result.done);
    ASSERT_EQ(result.answer.fields.size(), 3U);
    EXPECT_EQ(result.answer.fields[0].name, "B");
    EXPECT_EQ(result.answer.fields[0].value, "1");
    EXPECT_EQ(result.answer.fields[1].value, "");
    EXPECT_EQ(result.answer.fields[2].name, "b");
    EXPECT_EQ(result.answer.find("B"), "1");
}

TEST(ResponseReader, AMalformedHeadIsRefusedInPiecesOfAnySize) {
    const std::vector<std::string> heads = {
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 \r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 20 \r\n\r\n",
        "HTTP/1.1 2000\r\n\r\n",
        "HTTP/1.1 099\r\n\r\n",
        "HTTP/1.1 2x0\r\n\r\n",
        "HTTP/1.1  20\r\n\r\n",
        "HTTP/1.1 200\n\r\n",
        "HTTP/1.1 200\r\r\n\r\n",
        "HTTP/1.1 200OK\r\n\r\n",
        "HTTP/1.2 200\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 O\x01K\r\n\r\n",
        "HTTP/1.1 200 O\nK\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n",
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n",
        "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA(: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: \x7f\r\n\r\n",
        std::string("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25),
        "HTTP/1.1 200 OK\r\nConnection: a b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
        " HTTP/1.1 200 OK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
    };
    for (const auto& head : heads) {
        for (std::size_t piece = 1; piece <= head.size(); ++piece) {
            reading result;
            read(result, head, piece);
            ASSERT_EQ(result.error, error_code(error::bad_http))
                << head << " in pieces of " << piece;
            ASSERT_EQ(result.answer.status, 0);
        }
    }
}

TEST(ResponseReader, TheReasonMayBeMissingWithOrWithoutTheSpace) {
    for (const std::string first :
         {"HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200", "HTTP/1.0 200 "}) {
        const auto input = first + "\r\nX: y\r\nContent-Length: 2\r\n\r\nhi";
        for (std::size_t piece = 1; piece <= input.size(); ++piece) {
            reading result;
            read(result, input, piece);
            ASSERT_FALSE(result.error) << input << piece;
            EXPECT_TRUE(result.done);
            EXPECT_EQ(result.answer.status, 200);
            EXPECT_EQ(result.answer.find("X"), "y");
            EXPECT_EQ(result.sink.text, "hi");
            EXPECT_EQ(result.keep_alive, first.starts_with("HTTP/1.1"));
        }
    }
    reading interim;
    read(interim, "HTTP/1.1 103\r\n\r\nHTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", 100);
    EXPECT_FALSE(interim.error);
    EXPECT_EQ(interim.answer.status, 503);
}

TEST(ResponseReader, ATabAndBytesBeyondAsciiMayStandInAValue) {
    reading result;
    read(result, "HTTP/1.1 204 \xc3\xa4\r\nA: b\tc\xff\r\n\r\n", 100);
    ASSERT_TRUE(result.done);
    EXPECT_EQ(result.answer.find("a"), "b\tc\xff");
}

TEST(ResponseReader, AHeadMayHaveExactlyTheLimit) {
    const std::string begin = "HTTP/1.1 204 x\r\nA: ";
    const std::string end = "\r\n\r\n";
    const auto fill = response_reader::head_limit - begin.size() - end.size();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
        reading exact;
        read(exact, begin + std::string(fill, 'a') + end, piece);
        EXPECT_TRUE(exact.done);
        reading over;
        read(over, begin + std::string(fill + 1, 'a') + end, piece);
        EXPECT_EQ(over.error, error_code(error::headers_too_large));
    }
}

TEST(ResponseReader, WhatCantBecomeAHeadIsRefusedAtItsFirstWrongByte) {
    reading result;
    read(result, "HTTX", 1);
    EXPECT_EQ(result.error, error_code(error::bad_http));
    EXPECT_EQ(result.consumed, 3U);
}

TEST(ResponseReader, AnAnnouncedBodyOverTheLimitIsRefusedWithTheHead) {
    reading result;
    read(result, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", 100);
    EXPECT_EQ(result.error, error_code(error::body_too_large));
    EXPECT_EQ(result.answer.status, 200);
}

TEST(ResponseReader, TheEndOfTheConnectionEndsOnlyABodyThatIsFramedByIt) {
    const auto finish = [](std::string_view input, bool orderly) {
        response answer;
        string_sink sink;
        response_reader reader(answer, sink, body_limit);
        reader.put(input, {});
        return reader.finish(orderly);
    };
    const error_code closed = error::connection_closed;
    EXPECT_FALSE(finish("HTTP/1.1 200 OK\r\n\r\nhi", true));
    EXPECT_EQ(finish("HTTP/1.1 200 OK\r\n\r\nhi", false), closed);
    EXPECT_EQ(finish("HTTP/1.1 200 OK\r\n", true), closed);
    EXPECT_EQ(finish("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", true), closed);
    EXPECT_EQ(finish("", true), closed);
}

/// Refuses what a test says.
class refusing_sink : public body_sink {
public:
    void begin(const response&) override {}
    error_code write(std::string_view) override { return on_write; }
    error_code end() override { return on_end; }

    error_code on_write;
    error_code on_end;
};

TEST(ResponseReader, AnErrorOfTheSinkIsTheAnswers) {
    response answer;
    refusing_sink sink;
    sink.on_write = error::not_json;
    response_reader first(answer, sink, body_limit);
    const auto broken = first.put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", {});
    EXPECT_EQ(broken.error, error_code(error::not_json));
    EXPECT_FALSE(broken.done);

    sink.on_write = {};
    sink.on_end = error::wrong_shape;
    response_reader second(answer, sink, body_limit);
    const auto rejected = second.put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", {});
    EXPECT_EQ(rejected.error, error_code(error::wrong_shape));
    EXPECT_TRUE(rejected.done);
}

} // namespace
} // namespace roomport::http::detail
