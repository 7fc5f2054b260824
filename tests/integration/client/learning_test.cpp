// What a create-and-wait tells the cadence, so that the law of start times is learned from the right age.
#include "client_fixture.hpp"

#include <roomport/wait/cadence.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;

/// Polls often, and notes what it is told.
class noting_cadence final : public cadence {
public:
    duration pause(const cadence_input& input) override {
        ages_known.push_back(input.is_age_known);
        return 50ms;
    }
    duration first_pause(const cadence_input& input) override {
        ages_known.push_back(input.is_age_known);
        first_ages.push_back(input.age);
        return 300ms;
    }
    cadence_group group(std::string_view name) override {
        groups.emplace_back(name);
        return 1;
    }
    void learn(const start_time_sample& sample) override { samples.push_back(sample); }

    std::vector<bool> ages_known;
    std::vector<duration> first_ages;
    std::vector<std::string> groups;
    std::vector<start_time_sample> samples;
};

class Learning : public ClientTest {
protected:
    static void SetUpTestSuite() { start_service({"--simulate", "700ms"}); }

    void create_and_wait(create_options how) {
        auto options = options_for(*service());
        options.cadence = noted;
        client subject(context.get_executor(), options);
        bool ready = false;
        subject.async_create_and_wait(hathora::create_room_request(region::tokyo), std::move(how),
                                      [&](error_code ec, const created_room& room) {
                                          EXPECT_FALSE(ec)
                                              << ec.message() << room.result.evidence.last_message;
                                          ready = true;
                                      });
        while (!ready && context.run_one_for(20s) != 0) {
        }
        close(subject);
    }

    std::shared_ptr<noting_cadence> noted = std::make_shared<noting_cadence>();
};

TEST_F(Learning, ARoomsAgeCountsFromItsCreationAndItsGroupIsItsRegion) {
    create_and_wait(create_options());
    EXPECT_EQ(noted->groups, (std::vector<std::string>{"Tokyo"}));
    ASSERT_EQ(noted->first_ages.size(), 1U);
    EXPECT_GE(noted->first_ages[0], duration::zero());
    EXPECT_LT(noted->first_ages[0], duration(5s));
    ASSERT_EQ(noted->samples.size(), 1U);
    EXPECT_TRUE(noted->samples[0].is_age_known);
    EXPECT_GT(noted->samples[0].by, duration(300ms));
    EXPECT_EQ(std::count(noted->ages_known.begin(), noted->ages_known.end(), false), 0);
}

TEST_F(Learning, AGroupOfTheCallersIsKept) {
    create_options how;
    how.wait.group = "large maps";
    create_and_wait(how);
    EXPECT_EQ(noted->groups, (std::vector<std::string>{"large maps"}));
}

} // namespace
} // namespace roomport::test
