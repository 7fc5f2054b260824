#include "poller/local_host.hpp"

#include <gtest/gtest.h>

namespace roomport::poller {
namespace {

TEST(LocalHost, IsAnAddressOrANameThatNobodyCanRegister) {
    for (const auto* host : {"127.0.0.1:8180", "127.0.0.1", "[::1]:8180", "[::1]", "localhost:8180",
                             "LOCALHOST", "a.localhost:1", "poller:8180", "x", "", "192.168.1.7"}) {
        EXPECT_TRUE(is_local_host(host)) << host;
    }
}

TEST(LocalHost, IsNoNameThatAPageElsewhereMayHave) {
    for (const auto* host : {"evil.example:8180", "evil.example", "127.0.0.1.evil.example",
                             "localhost.evil.example:8180", "notlocalhost.x", "[evil.example]",
                             "[::1", "evil.example.", "1.2.3", "127.0.0.1.:80"}) {
        EXPECT_FALSE(is_local_host(host)) << host;
    }
}

} // namespace
} // namespace roomport::poller
