#include <roomport/http/origin.hpp>

#include <gtest/gtest.h>

#include <string>

namespace roomport::http {
namespace {

TEST(Origin, SchemeHostAndPortAreRead) {
    const auto read = origin::parse("https://api.example.com:8443/").value();
    EXPECT_TRUE(read.is_secure());
    EXPECT_EQ(read.host(), "api.example.com");
    EXPECT_EQ(read.port(), 8443);
    EXPECT_EQ(read.to_string(), "https://api.example.com:8443");
}

TEST(Origin, ThePortOfTheSchemeIsTheDefaultAndNotWritten) {
    EXPECT_EQ(origin::parse("https://a.example").value().port(), 443);
    EXPECT_EQ(origin::parse("http://a.example").value().port(), 80);
    EXPECT_EQ(origin::parse("https://a.example:443").value().host_field(), "a.example");
    EXPECT_EQ(origin::parse("https://a.example:80").value().host_field(), "a.example:80");
}

TEST(Origin, SchemeAndHostAreReadWithoutCase) {
    EXPECT_EQ(origin::parse("HTTPS://API.Example.COM").value(),
              origin::parse("https://api.example.com").value());
}

TEST(Origin, Ipv6LiteralsHaveBracketsInTextOnly) {
    const auto read = origin::parse("https://[::1]:8443").value();
    EXPECT_EQ(read.host(), "::1");
    EXPECT_EQ(read.host_field(), "[::1]:8443");
    EXPECT_EQ(origin::parse("https://[0:0:0:0:0:0:0:1]:8443").value(), read);
}

TEST(Origin, LoopbackIsDecidedByTheLiteralHost) {
    for (const char* url : {"http://localhost", "http://127.0.0.1:1", "http://127.255.0.9",
                            "http://[::1]", "http://LOCALHOST"}) {
        EXPECT_TRUE(origin::parse(url).value().is_loopback()) << url;
    }
    for (const char* url : {"http://localhost.example.com", "http://128.0.0.1", "http://[::2]",
                            "http://127.0.0.1.example.com", "http://localhost."}) {
        EXPECT_FALSE(origin::parse(url).value().is_loopback()) << url;
    }
}

TEST(Origin, ANameThatBeginsLikeAnAddressIsAName) {
    const auto read = origin::parse("https://127.0.0.1.example.com").value();
    EXPECT_EQ(read.host(), "127.0.0.1.example.com");
    EXPECT_FALSE(read.is_loopback());
}

TEST(Origin, AnythingButAnOriginIsRefused) {
    for (const char* url : {"",
                            "localhost",
                            "localhost:80",
                            "//localhost",
                            "ftp://localhost",
                            "https://",
                            "https://:443",
                            "https://localhost:0",
                            "https://localhost:65536",
                            "https://localhost:-1",
                            "https://localhost:http",
                            "https://user@localhost",
                            "https://user:password@localhost",
                            "https://localhost/path",
                            "https://localhost//",
                            "https://localhost?q",
                            "https://localhost#f",
                            "https://local host",
                            "https://local%20host",
                            "https://local%2ehost",
                            "https://[::1",
                            "https://[fe80::1%25eth0]",
                            "https://[fe80::1%lo]",
                            "https://[fe80::1%nosuch]",
                            "https://[::1%foo]",
                            "https://[::1%0]",
                            "https://[::1%]",
                            "https://[v1.x]",
                            "https://::1",
                            "https://[]",
                            "https://[::1]x",
                            "https://x[::1]",
                            "https://a..b",
                            "https://.a",
                            "https://127.1",
                            "https://2130706433",
                            "https://0x7f000001",
                            "https://1.2.3.256",
                            "https://1.2.3.4.",
                            "https://localhost\r\n",
                            "https://localhost\t"}) {
        EXPECT_EQ(origin::parse(url).error(), error_code(error::invalid_argument)) << url;
    }
    EXPECT_TRUE(origin::parse(std::string("https://a\0b", 11)).has_error());
    EXPECT_TRUE(origin::parse("https://" + std::string(254, 'a')).has_error());
}

} // namespace
} // namespace roomport::http
