#include "poller/poll_result.hpp"

#include <gtest/gtest.h>

namespace roomport::poller {
namespace {

std::string_view of_status(int status) {
    return poll_result(make_http_status_error(status));
}

TEST(PollResult, TellsARoomThatIsNotThereFromAServerInTrouble) {
    EXPECT_EQ(of_status(404), "gone");
    EXPECT_EQ(of_status(410), "gone");
    for (const int status : {408, 425, 500, 502, 503, 504, 599}) {
        EXPECT_EQ(of_status(status), "unavailable") << status;
    }
}

TEST(PollResult, TellsWhoIsRefusedFromWhoAsksTooOften) {
    for (const int status : {400, 401, 402, 403, 422, 499}) {
        EXPECT_EQ(of_status(status), "refused") << status;
    }
    EXPECT_EQ(of_status(429), "throttled");
}

TEST(PollResult, IsOtherwiseTheWordOfItsClass) {
    for (const int status : {204, 304, 501, 505, 600}) {
        EXPECT_EQ(of_status(status), "http_status") << status;
    }
    EXPECT_EQ(of_status(302), "redirect");
    EXPECT_EQ(poll_result(error::connect_failed), "connect");
    EXPECT_EQ(poll_result(error::not_json), "parse");
}

} // namespace
} // namespace roomport::poller
