#include "program/listen_address.hpp"

#include "program/usage_error.hpp"

#include <gmock/gmock.h>

namespace {

using namespace roomport::program;
using testing::Contains;
using testing::Each;
using testing::Not;
using testing::StrNe;

std::vector<std::string> addresses_of(const char* text) {
    boost::asio::io_context context;
    std::vector<std::string> all;
    for (const auto& endpoint : resolve_listen_address(context, text).endpoints) {
        all.push_back(to_host_and_port(endpoint));
    }
    return all;
}

std::vector<std::string> names_for(const char* text, const char* advertised = "127.0.0.1") {
    boost::asio::io_context context;
    return certificate_names(resolve_listen_address(context, text), advertised, {});
}

TEST(ListenAddress, IsEveryAddressOfLocalhost) {
    const std::vector<std::string> both{"127.0.0.1:8443", "[::1]:8443"};
    EXPECT_EQ(addresses_of("localhost:8443"), both);
    EXPECT_EQ(addresses_of("LocalHost:8443"), both);
    EXPECT_EQ(addresses_of("127.0.0.1:0"), std::vector<std::string>{"127.0.0.1:0"});
    EXPECT_EQ(addresses_of("[::1]:80"), std::vector<std::string>{"[::1]:80"});
}

TEST(ListenAddress, IsHostAndPort) {
    for (const auto* text : {"", "8443", "localhost", "localhost:", ":80", "localhost:65536",
                             "::1:80", "[localhost:80", "a b:80", "[]:80"}) {
        boost::asio::io_context context;
        EXPECT_THROW(resolve_listen_address(context, text), usage_error) << text;
    }
}

TEST(CertificateNames, CoverWhatIsListenedOnAndTheLoopbackOnes) {
    for (const auto* text : {"localhost:1", "127.0.0.1:1", "0.0.0.0:1", "[::]:1"}) {
        const auto names = names_for(text);
        for (const auto* name : {"localhost", "127.0.0.1", "::1"}) {
            EXPECT_THAT(names, Contains(name)) << text;
        }
        EXPECT_THAT(names, Each(StrNe("0.0.0.0")));
        EXPECT_THAT(names, Each(StrNe("::")));
    }
    EXPECT_THAT(names_for("127.0.0.2:1", "Play.Example"), Contains("127.0.0.2"));
    EXPECT_THAT(names_for("127.0.0.2:1", "Play.Example"), Contains("play.example"));
    // What has an interface in it can't stand in a certificate.
    EXPECT_THAT(names_for("[fe80::1%1]:1"), Contains("fe80::1"));
    EXPECT_THAT(names_for("[fe80::1%1]:1"), Not(Contains("fe80::1%1")));
}

TEST(CertificateNames, HaveTheNameThatIsListenedOn) {
    listen_address where;
    where.host = "Build-7.example";
    where.endpoints.emplace_back(boost::asio::ip::make_address("192.0.2.7"), 8443);
    where.endpoints.emplace_back(boost::asio::ip::make_address("2001:db8::7"), 8443);
    const auto names = certificate_names(where, "127.0.0.1", {});
    for (const auto* name : {"build-7.example", "192.0.2.7", "2001:db8::7"}) {
        EXPECT_THAT(names, Contains(name));
    }
}

} // namespace
