#include "http/request_text.hpp"

#include <gtest/gtest.h>

namespace roomport::http::detail {
namespace {

std::string text_of(const request& wanted) {
    std::string text;
    write_request(text, wanted,
                  common_fields(origin::parse("https://a.example:8443").value(), "agent/1"));
    return text;
}

TEST(RequestText, AGetHasTheFieldsThatThePoolWrites) {
    EXPECT_EQ(text_of(request(method::get, "/a?b=c")), "GET /a?b=c HTTP/1.1\r\n"
                                                       "Host: a.example:8443\r\n"
                                                       "User-Agent: agent/1\r\n"
                                                       "Accept: */*\r\n"
                                                       "Accept-Encoding: identity\r\n"
                                                       "\r\n");
}

TEST(RequestText, APostHasALengthEvenWithoutABody) {
    EXPECT_NE(text_of(request(method::post, "/")).find("Content-Length: 0\r\n"), std::string::npos);
    request wanted(method::post, "/");
    wanted.body = "12345";
    EXPECT_NE(text_of(wanted).find("Content-Length: 5\r\n\r\n12345"), std::string::npos);
}

TEST(RequestText, ADeleteHasNoLengthWithoutABody) {
    EXPECT_EQ(text_of(request(method::delete_, "/")).find("Content-Length"), std::string::npos);
}

TEST(RequestText, AcceptMayBeReplaced) {
    request wanted;
    wanted.fields.emplace_back("accept", "application/json");
    const auto text = text_of(wanted);
    EXPECT_NE(text.find("accept: application/json\r\n"), std::string::npos);
    EXPECT_EQ(text.find("*/*"), std::string::npos);
}

TEST(RequestText, AcceptEncodingMayBeReplaced) {
    request wanted;
    wanted.fields.emplace_back("accept-encoding", "gzip");
    const auto text = text_of(wanted);
    EXPECT_NE(text.find("accept-encoding: gzip\r\n"), std::string::npos);
    EXPECT_EQ(text.find("identity"), std::string::npos);
}

TEST(RequestText, ATokenIsSentAsBearer) {
    request wanted;
    wanted.token = secret("abc");
    EXPECT_NE(text_of(wanted).find("Authorization: Bearer abc\r\n"), std::string::npos);
}

TEST(RequestText, FieldsThatWouldChangeTheMessageAreRefused) {
    for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Authorization",
                             "Connection", "User-Agent", "", "a b", "a:", "a\r\n", "\xc3\xa4"}) {
        request wanted;
        wanted.fields.emplace_back(name, "x");
        EXPECT_EQ(check_request(wanted), error_code(error::invalid_argument)) << name;
    }
}

TEST(RequestText, ControlCharactersInValuesAreRefused) {
    for (const std::string value : {"a\r\nb", "a\nb", "\x7f", "\t"}) {
        request wanted;
        wanted.fields.emplace_back("X", value);
        EXPECT_EQ(check_request(wanted), error_code(error::invalid_argument));
    }
    request wanted;
    wanted.fields.emplace_back("X", std::string("a\0b", 3));
    EXPECT_EQ(check_request(wanted), error_code(error::invalid_argument));
}

TEST(RequestText, ATokenThatIsNoTokenIsRefused) {
    for (const char* token : {"a b", "a\n", "a\r\nX: y", "\xc3\xa4"}) {
        request wanted;
        wanted.token = secret(token);
        EXPECT_EQ(check_request(wanted), error_code(error::invalid_argument));
    }
}

} // namespace
} // namespace roomport::http::detail
