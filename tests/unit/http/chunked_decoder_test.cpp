#include "http/chunked_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace roomport::http::detail {
namespace {

struct decoded {
    std::string body;
    std::size_t consumed = 0;
    bool done = false;
    error_code error;
};

decoded decode(std::string_view input, std::size_t piece, std::size_t overhead_limit = 100) {
    chunked_decoder decoder(overhead_limit);
    decoded result;
    while (result.consumed < input.size() && !decoder.done() && !result.error) {
        const auto step = decoder.next(input.substr(result.consumed, piece));
        result.body += step.data;
        result.consumed += step.consumed;
        result.error = step.error;
    }
    result.done = decoder.done();
    return result;
}

TEST(ChunkedDecoder, TheResultIsTheSameForPiecesOfAnySize) {
    const std::string input =
        "5\r\nhello\r\nA;name=\"value\"\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n";
    for (std::size_t piece = 1; piece <= input.size(); ++piece) {
        const auto result = decode(input, piece);
        EXPECT_EQ(result.body, "hello0123456789");
        EXPECT_TRUE(result.done);
        EXPECT_FALSE(result.error);
    }
}

TEST(ChunkedDecoder, BytesAfterTheEndAreLeft) {
    const auto result = decode("0\r\n\r\nHTTP/1.1", 100);
    EXPECT_TRUE(result.done);
    EXPECT_EQ(result.consumed, 5U);
}

TEST(ChunkedDecoder, ItIsNotDoneBeforeTheLastByte) {
    const std::string input = "1\r\nx\r\n0\r\n\r\n";
    for (std::size_t size = 0; size < input.size(); ++size) {
        EXPECT_FALSE(decode(input.substr(0, size), 1).done) << size;
    }
}

TEST(ChunkedDecoder, ExtensionsAndTrailersShareOneBound) {
    const std::string extension = "1;" + std::string(49, 'e') + "\r\nx\r\n";
    const std::string trailer = "0\r\nT: " + std::string(43, 't') + "\r\n\r\n";
    EXPECT_FALSE(decode(extension + trailer, 7).error);
    EXPECT_EQ(decode(extension + extension + trailer, 7).error,
              error_code(error::headers_too_large));
}

TEST(ChunkedDecoder, SizesOfMoreThanFifteenDigitsAreRefused) {
    EXPECT_FALSE(decode("fffffffffffffff\r\n", 3).error);
    EXPECT_EQ(decode("ffffffffffffffff\r\n", 3).error, error_code(error::bad_http));
    EXPECT_EQ(decode("0ffffffffffffffff\r\n", 3).error, error_code(error::bad_http));
}

TEST(ChunkedDecoder, SizesMayBePadded) {
    for (const std::string first : {"5  ", "5\t \t", "5 ;name=value", "5\t; name", "05",
                                    "00000005 ", "000000000000000000000000000000005"}) {
        for (const std::string last : {"0 ", "0\t", "00000000  ", "0 ;x", "0"}) {
            const auto input = first + "\r\nhello\r\n" + last + "\r\n\r\n";
            for (const std::size_t piece : {1U, 3U, 1000U}) {
                const auto result = decode(input, piece);
                EXPECT_FALSE(result.error) << input;
                EXPECT_TRUE(result.done) << input;
                EXPECT_EQ(result.body, "hello") << input;
            }
        }
    }
}

TEST(ChunkedDecoder, PaddingCountsAgainstTheBound) {
    const error_code too_much = error::headers_too_large;
    EXPECT_EQ(decode(std::string(1000, '0'), 3).error, too_much);
    EXPECT_EQ(decode("5" + std::string(1000, ' '), 3).error, too_much);
    EXPECT_EQ(decode("5" + std::string(1000, '\t') + "\r\n", 3).error, too_much);
}

TEST(ChunkedDecoder, MalformedFramingIsRefused) {
    for (const char* input : {"\r\n",
                              "g\r\n",
                              " 1\r\nx\r\n",
                              "\t1\r\nx\r\n",
                              " \r\n",
                              "1 1\r\n",
                              "1 x\r\n",
                              "1 \nx",
                              "1 \r;",
                              "1\v\r\n",
                              "1\f\r\n",
                              "1 \x7f\r\n",
                              "0x1\r\n",
                              "+1\r\n",
                              "-1\r\n",
                              "1\nx",
                              "1\rx",
                              "1\r\nxy\r\n",
                              "1\r\nx\n",
                              "1;\x01\r\n",
                              "1;\n",
                              "0\r\n folded\r\n\r\n",
                              "0\r\nno colon\r\n\r\n",
                              "0\r\n: x\r\n",
                              "0\r\nX: \x01\r\n",
                              "0\r\nX\r\n",
                              "0\r\n\n"}) {
        EXPECT_EQ(decode(input, 1).error, error_code(error::bad_http)) << input;
    }
}

} // namespace
} // namespace roomport::http::detail
