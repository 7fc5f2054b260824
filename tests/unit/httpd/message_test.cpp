#include "httpd/message.hpp"

#include <gtest/gtest.h>

namespace {

using roomport::httpd::error_response;
using roomport::httpd::http_date;
using roomport::httpd::read_target;
using roomport::httpd::request;
using roomport::httpd::response;
using roomport::httpd::serialization;
using roomport::httpd::serialize;
using segments = std::vector<std::string>;

segments path_of(std::string_view target) {
    request read;
    EXPECT_TRUE(read_target(target, read)) << target;
    return read.path;
}

TEST(RequestTarget, IsSplitIntoDecodedSegments) {
    EXPECT_EQ(path_of("/"), segments());
    EXPECT_EQ(path_of("/a/b"), (segments{"a", "b"}));
    EXPECT_EQ(path_of("/a%20b/c%2Fd"), (segments{"a b", "c/d"}));
}

TEST(RequestTarget, KeepsEmptySegments) {
    EXPECT_EQ(path_of("/a/"), (segments{"a", ""}));
    EXPECT_EQ(path_of("//a"), (segments{"", "a"}));
    EXPECT_EQ(path_of("//"), (segments{"", ""}));
}

TEST(RequestTarget, MayHaveSchemeAndHost) {
    EXPECT_EQ(path_of("https://example.org:8443/a?b"), (segments{"a"}));
}

TEST(RequestTarget, HasADecodedQuery) {
    request read;
    ASSERT_TRUE(read_target("/?a=1&b=x%26y&a=2&c&=z&d=+%2B", read));
    EXPECT_EQ(read.find_query("a"), "1");
    EXPECT_EQ(read.find_query("b"), "x&y");
    EXPECT_EQ(read.find_query("c"), "");
    EXPECT_EQ(read.find_query("d"), " +");
    EXPECT_EQ(read.find_query("e"), std::nullopt);
    EXPECT_EQ(read.query.size(), 5U);
}

TEST(RequestTarget, RefusesWhatIsNoPath) {
    for (const char* target : {"", "a", "*", "https://host", "/%", "/%1", "/%g0", "/?a=%x"}) {
        request read;
        EXPECT_FALSE(read_target(target, read)) << target;
    }
}

TEST(Request, FindsFieldsWithoutRegardToCase) {
    request received;
    received.fields.emplace_back("Content-Type", "text/plain");
    EXPECT_EQ(received.find("content-TYPE"), "text/plain");
    EXPECT_EQ(received.find("content"), std::nullopt);
}

TEST(Response, IsSerializedWithItsLength) {
    response answer(200, "{}");
    answer.fields.emplace_back("X", "y");
    EXPECT_EQ(serialize(answer, serialization(), "now"),
              "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nX: y\r\n\r\n{}");
}

TEST(Response, HasAReasonWhateverIsServed) {
    for (const int status : {200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 410,
                             413, 422, 429, 431, 500, 501, 502, 503, 504, 505}) {
        const auto text = serialize(response(status, ""), serialization(), "now");
        EXPECT_EQ(text.find("Unknown"), text.npos) << text;
    }
}

TEST(Response, HasNoLengthWithoutContent) {
    EXPECT_EQ(serialize(response(204, ""), serialization(), "now"),
              "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n");
}

TEST(Response, ToHeadHasTheLengthOfTheBodyOnly) {
    serialization how;
    how.head_only = true;
    how.close = true;
    EXPECT_EQ(serialize(response(200, "{}"), how, "now"),
              "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nConnection: close\r\n\r\n");
}

TEST(Response, OfAnErrorIsAMessageInJson) {
    EXPECT_EQ(error_response(400, "a \"b\"\n\\").body, "{\"message\":\"a \\\"b\\\"\\u000a\\\\\"}");
}

TEST(HttpDate, HasTheFixedForm) {
    const auto date = http_date();
    ASSERT_EQ(date.size(), 29U);
    EXPECT_EQ(date.substr(3, 2), ", ");
    EXPECT_EQ(date.substr(25), " GMT");
}

} // namespace
