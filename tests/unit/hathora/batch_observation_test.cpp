#include "hathora/batch_observation.hpp"

#include "sample_rooms.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace roomport::hathora {
namespace {

using namespace std::chrono_literals;

timestamp at(std::chrono::milliseconds time) {
    return timestamp(std::chrono::hours(400'000) + time);
}

process_with_rooms running_process(std::string room_id) {
    process_with_rooms one;
    one.process_id = "p";
    one.started_at = at(5s);
    one.exposed_port = good_port();
    room_without_allocations room;
    room.room_id = std::move(room_id);
    room.status = room_status::active;
    room_allocation allocation;
    allocation.scheduled_at = at(1500ms);
    room.current_allocation = allocation;
    one.rooms.push_back(room);
    return one;
}

TEST(ObserveRooms, SaysOfEachRoomWhatTheAnswerSaysInTheOrderAsked) {
    const auto seen = observe_rooms({"a", "b", "c"}, {active_room("c"), starting_room("a")});
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->size(), 3U);
    EXPECT_EQ((*seen)[0]->state, observed_state::starting);
    EXPECT_EQ((*seen)[0]->status, "starting");
    EXPECT_EQ((*seen)[1]->state, observed_state::gone);
    EXPECT_EQ((*seen)[1]->error, errc::room_gone);
    EXPECT_EQ((*seen)[1]->http_status, 404);
    EXPECT_EQ((*seen)[2]->state, observed_state::ready);
    EXPECT_EQ((*seen)[2]->exposed_port, good_port());
}

TEST(ObserveRooms, OneBrokenRoomDoesNotHarmTheOthers) {
    auto broken = active_room("a");
    broken.exposed_port.reset();
    const auto seen = observe_rooms({"a", "b"}, {broken, active_room("b")});
    ASSERT_TRUE(seen);
    EXPECT_EQ((*seen)[0]->state, observed_state::failed);
    EXPECT_EQ((*seen)[0]->error, errc::contract);
    EXPECT_EQ((*seen)[1]->state, observed_state::ready);
}

TEST(ObserveRooms, AnAnswerAboutOtherRoomsOrTwiceAboutOneSaysNothing) {
    EXPECT_FALSE(observe_rooms({"a"}, {active_room("a"), active_room("x")}));
    EXPECT_FALSE(observe_rooms({"a", "b"}, {starting_room("a"), active_room("a")}));
}

TEST(ObserveProcesses, ARoomOfAStartedProcessWithAPortIsReady) {
    const auto seen = observe_processes({"x", "a"}, {running_process("z"), running_process("a")});
    EXPECT_FALSE(seen[0]);
    ASSERT_TRUE(seen[1]);
    EXPECT_EQ(seen[1]->state, observed_state::ready);
    EXPECT_EQ(seen[1]->status, "active");
    EXPECT_EQ(seen[1]->exposed_port, good_port());
    EXPECT_EQ(seen[1]->start_time, duration(3500ms));
}

TEST(ObserveProcesses, AWarmProcessWasReadyAtOnce) {
    auto warm = running_process("a");
    warm.started_at = at(1s);
    EXPECT_EQ(observe_processes({"a"}, {warm})[0]->start_time, duration::zero());
}

TEST(ObserveProcesses, TheStartTimeIsNotKnownWithoutAnAllocation) {
    auto one = running_process("a");
    one.rooms[0].current_allocation = std::nullopt;
    const auto seen = observe_processes({"a"}, {one});
    EXPECT_EQ(seen[0]->state, observed_state::ready);
    EXPECT_FALSE(seen[0]->start_time);
}

TEST(ObserveProcesses, ARoomOfAProcessThatHasNotStartedIsStarting) {
    auto one = running_process("a");
    one.started_at = std::nullopt;
    one.exposed_port = std::nullopt;
    one.rooms[0].status = room_status::scheduling;
    const auto seen = observe_processes({"a"}, {one});
    ASSERT_TRUE(seen[0]);
    EXPECT_EQ(seen[0]->state, observed_state::starting);
    EXPECT_EQ(seen[0]->status, "starting");
    EXPECT_FALSE(seen[0]->start_time);
}

TEST(ObserveProcesses, SaysNothingWhereOnlyASinglePollIsSure) {
    auto stopping = running_process("a");
    stopping.stopping_at = at(6s);
    auto terminated = running_process("b");
    terminated.terminated_at = at(6s);
    auto destroyed = running_process("c");
    destroyed.rooms[0].status = room_status::destroyed;
    auto without_port = running_process("d");
    without_port.exposed_port = std::nullopt;
    auto bad_port = running_process("e");
    bad_port.exposed_port->port = 72941;
    const auto seen = observe_processes({"a", "b", "c", "d", "e"},
                                        {stopping, terminated, destroyed, without_port, bad_port});
    for (const auto& each : seen) {
        EXPECT_FALSE(each);
    }
}

TEST(ObserveProcesses, ARoomThatMovedIsReadyWhereItIsReady) {
    auto left = running_process("a");
    left.started_at = std::nullopt;
    left.rooms[0].status = room_status::scheduling;
    for (const auto& processes :
         {std::vector{left, running_process("a")}, std::vector{running_process("a"), left}}) {
        EXPECT_EQ(observe_processes({"a"}, processes)[0]->state, observed_state::ready);
    }
}

TEST(ClassifyBatchEnd, TellsTroubleFromRefusal) {
    const auto status = [](int code) {
        return classify_batch_end(make_http_status_error(code), code, false);
    };
    EXPECT_EQ(classify_batch_end({}, 200, true), batch_end::good);
    for (const int code : {301, 304, 400, 401, 403, 422, 505}) {
        EXPECT_EQ(status(code), batch_end::refused) << code;
    }
    for (const int code : {404, 405, 410, 501}) {
        EXPECT_EQ(status(code), batch_end::not_offered) << code;
    }
    for (const int code : {413, 414, 431}) {
        EXPECT_EQ(status(code), batch_end::too_long) << code;
    }
    for (const int code : {408, 425, 500, 502, 503, 504}) {
        EXPECT_EQ(status(code), batch_end::unavailable) << code;
    }
    EXPECT_EQ(status(429), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(error::not_json, 200, false), batch_end::refused);
    EXPECT_EQ(classify_batch_end(error::wrong_shape, 200, false), batch_end::refused);
    EXPECT_EQ(classify_batch_end(error::body_too_large, 200, false), batch_end::refused);
    EXPECT_EQ(classify_batch_end(error::plaintext_refused, 0, false), batch_end::refused);
    EXPECT_EQ(classify_batch_end(error::attempt_timeout, 0, false), batch_end::unavailable);
    EXPECT_EQ(classify_batch_end(error::connection_closed, 0, false), batch_end::unavailable);
    EXPECT_EQ(classify_batch_end(error::connection_closed, 0, true), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(error::connect_failed, 0, false), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(error::connect_timeout, 0, false), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(error::tls_identity_refused, 0, false), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(error::queue_full, 0, false), batch_end::unknown);
    EXPECT_EQ(classify_batch_end(boost::asio::error::operation_aborted, 0, false),
              batch_end::unknown);
}

TEST(AnnouncedBatch, IsANumberOfAtLeastTwo) {
    const auto announced = [](const std::string& value) {
        http::response answer;
        answer.fields.emplace_back("Roomport-Batch", value);
        return announced_batch(answer);
    };
    EXPECT_EQ(announced_batch(http::response()), 0U);
    EXPECT_EQ(announced("200"), 200U);
    EXPECT_EQ(announced("2"), 2U);
    EXPECT_EQ(announced("99999999"), 10'000U);
    for (const std::string bad : {"", "0", "1", "-5", "x", "20x", "99999999999999999999999"}) {
        EXPECT_EQ(announced(bad), 0U) << bad;
    }
}

} // namespace
} // namespace roomport::hathora
