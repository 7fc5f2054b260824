#include <roomport/http/host_name.hpp>

#include <gtest/gtest.h>

#include <string>

namespace roomport::http {
namespace {

TEST(HostName, HasLabelsWithDotsBetween) {
    for (const char* good : {"localhost", "a", "a.b-c.d_e", "a.b.", "1.proxy.example", "127.0.0.1",
                             "UPPER.example", "_srv._tcp.example", "xn--bcher-kva.example"}) {
        EXPECT_TRUE(is_host_name(good)) << good;
    }
    for (const char* bad : {"", ".", "..", ".a", "a..b", "a..", "-a", "a-", "a.-b", "a.b-.c", "a b",
                            "a/b", "a:1", "[::1]", "::1", "b\xc3\xbc", "a\n", "user@host", "*.a"}) {
        EXPECT_FALSE(is_host_name(bad)) << bad;
    }
}

TEST(HostName, IsNeitherLongNorHasLongLabels) {
    const std::string label(63, 'x');
    EXPECT_TRUE(is_host_name(label));
    EXPECT_FALSE(is_host_name(label + "x"));
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'y');
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_TRUE(is_host_name(longest));
    EXPECT_TRUE(is_host_name(longest + "."));
    EXPECT_FALSE(is_host_name(longest + "y"));
}

} // namespace
} // namespace roomport::http
