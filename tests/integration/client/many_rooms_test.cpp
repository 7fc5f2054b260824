// Many rooms with few requests: by the room service's batches, by lists of processes, and one by one where there is
// neither.
#include "client_fixture.hpp"
#include "emulated_api.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;

class ManyRooms : public ClientTest {
protected:
    static void SetUpTestSuite() {
        start_service({"--simulate", "uniform:1s:3s,seed=3", "--port-range", "30000-39999"});
    }

    std::vector<std::string> create_many(client& with, std::size_t count) {
        std::vector<std::string> rooms;
        for (std::size_t i = 0; i < count; ++i) {
            with.async_call(hathora::create_room, hathora::create_room_request(region::tokyo),
                            [&](error_code ec, const api_result<room_connection_data>& result) {
                                EXPECT_FALSE(ec) << ec.message() << result.message;
                                rooms.push_back(result.value.room_id);
                            });
        }
        while (rooms.size() < count && context.run_one_for(20s) != 0) {
        }
        EXPECT_EQ(rooms.size(), count);
        return rooms;
    }

    /// Waits for all rooms together. @return how many were ready.
    std::size_t wait_for_all(client& with, const std::vector<std::string>& rooms) {
        std::size_t ready = 0;
        std::size_t ended = 0;
        for (const auto& room : rooms) {
            with.async_wait_active(
                room, wait_options(), [&](error_code ec, const wait_result& got) {
                    EXPECT_FALSE(ec) << ec.message() << got.evidence.last_message;
                    ++ended;
                    ready += !ec && got.exposed_port.port > 0 ? 1 : 0;
                    room_polls += got.evidence.polls;
                });
        }
        context.restart();
        while (ended < rooms.size() && context.run_one_for(30s) != 0) {
        }
        return ready;
    }

    std::size_t wait_for_all(emulated_api& api, client_options options, std::size_t count) {
        std::vector<std::string> rooms;
        for (std::size_t i = 0; i < count; ++i) {
            rooms.push_back("room-" + std::to_string(i));
            api.add_room(rooms.back(), 500ms + 5ms * i);
        }
        options.endpoint = api.url();
        options.app_id = "app";
        options.pool.tls.ca_file = test_ca_file().path();
        options.seed = 1;
        client subject(context.get_executor(), std::move(options));
        const auto ready = wait_for_all(subject, rooms);
        close(subject);
        return ready;
    }

    /// Observations of single rooms, however they came.
    std::size_t room_polls = 0;

    static client_options with_token() {
        client_options options;
        options.token = hathora::fixed_token(secret("token"));
        return options;
    }
};

TEST_F(ManyRooms, AThousandAreAwaitedWithFarFewerRequests) {
    client subject(context.get_executor(), options_for(*service()));
    const auto rooms = create_many(subject, 1000);
    const auto before = subject.pool_metrics().requests;
    EXPECT_EQ(wait_for_all(subject, rooms), 1000U);
    const auto needed = subject.pool_metrics().requests - before;
    RecordProperty("requests", std::to_string(needed));
    EXPECT_LT(needed, 1000U) << "less than one for each room";
    EXPECT_LT(needed * 20, room_polls);
    close(subject);
}

TEST_F(ManyRooms, BatchesAreUsedWithoutHoldsToo) {
    auto options = options_for(*service());
    options.use_held_answers = false;
    client subject(context.get_executor(), options);
    const auto rooms = create_many(subject, 300);
    const auto before = subject.pool_metrics().requests;
    EXPECT_EQ(wait_for_all(subject, rooms), 300U);
    const auto needed = subject.pool_metrics().requests - before;
    RecordProperty("requests", std::to_string(needed));
    EXPECT_LT(needed, 300U) << "less than one for each room";
    EXPECT_LT(needed * 10, room_polls);
    close(subject);
}

TEST_F(ManyRooms, WithoutBatchesEachRoomIsAskedFor) {
    auto options = options_for(*service());
    options.use_batch_answers = false;
    options.use_process_lists = false;
    client subject(context.get_executor(), options);
    const auto rooms = create_many(subject, 50);
    const auto before = subject.pool_metrics().requests;
    EXPECT_EQ(wait_for_all(subject, rooms), 50U);
    EXPECT_GE(subject.pool_metrics().requests - before, 50U);
    close(subject);
}

TEST_F(ManyRooms, AnyServerThatAnnouncesBatchesIsAskedForThem) {
    emulated_api::offer what;
    what.batches = true;
    emulated_api api(what);
    EXPECT_EQ(wait_for_all(api, client_options(), 200), 200U);
    EXPECT_GT(api.batches(), 0U);
    RecordProperty("batches", std::to_string(api.batches()));
    RecordProperty("single", std::to_string(api.single_polls()));
    EXPECT_LT((api.batches() + api.single_polls()) * 2, room_polls);
    EXPECT_EQ(api.lists(), 0U);
}

TEST_F(ManyRooms, AServerThatOnlyAnnouncesBatchesIsAskedOneByOne) {
    emulated_api::offer what;
    what.broken_batches = true;
    emulated_api api(what);
    EXPECT_EQ(wait_for_all(api, client_options(), 100), 100U);
    EXPECT_GE(api.batches(), 1U);
    EXPECT_LE(api.batches(), 8U) << "as many as were under way when the first was refused";
    EXPECT_GE(api.single_polls(), 100U);
}

TEST_F(ManyRooms, TheListOfProcessesIsUsedWhereThereAreNoBatches) {
    emulated_api::offer what;
    what.process_list = true;
    emulated_api api(what);
    EXPECT_EQ(wait_for_all(api, with_token(), 200), 200U);
    EXPECT_GT(api.lists(), 0U);
    RecordProperty("lists", std::to_string(api.lists()));
    RecordProperty("single", std::to_string(api.single_polls()));
    EXPECT_LT((api.lists() + api.single_polls()) * 2, room_polls);
    EXPECT_EQ(api.batches(), 0U);
}

TEST_F(ManyRooms, TheListIsNotUsedWithoutATokenOrAgainstTheCallersWish) {
    emulated_api::offer what;
    what.process_list = true;
    emulated_api api(what);
    EXPECT_EQ(wait_for_all(api, client_options(), 40), 40U);
    auto options = with_token();
    options.use_process_lists = false;
    EXPECT_EQ(wait_for_all(api, options, 40), 40U);
    EXPECT_EQ(api.lists(), 0U);
}

TEST_F(ManyRooms, AServerWithNeitherIsAskedOneByOne) {
    emulated_api api{emulated_api::offer()};
    EXPECT_EQ(wait_for_all(api, with_token(), 100), 100U);
    EXPECT_LE(api.lists(), 8U) << "as many as were under way when the first was refused";
    EXPECT_EQ(api.batches(), 0U);
    EXPECT_GE(api.single_polls(), 100U);
}

TEST_F(ManyRooms, TheBatchIsAnOperationLikeAnyOther) {
    client subject(context.get_executor(), options_for(*service()));
    auto rooms = create_many(subject, 3);
    hathora::rooms_request request({rooms[2], "unknown", rooms[0]});
    bool done = false;
    subject.async_call(
        hathora::get_connection_infos, request,
        [&](error_code ec, const api_result<std::vector<connection_info_v2>>& result) {
            EXPECT_FALSE(ec) << ec.message() << result.message;
            ASSERT_EQ(result.value.size(), 2U);
            EXPECT_EQ(result.value[0].room_id, rooms[2]);
            EXPECT_EQ(result.value[1].room_id, rooms[0]);
            done = true;
        });
    context.restart();
    while (!done && context.run_one_for(20s) != 0) {
    }
    EXPECT_TRUE(done);
    close(subject);
}

TEST_F(ManyRooms, ARoomThatIsDestroyedEndsItsWaitAndNoOther) {
    client subject(context.get_executor(), options_for(*service()));
    const auto rooms = create_many(subject, 30);
    std::size_t ready = 0;
    error_code destroyed;
    std::size_t ended = 0;
    for (const auto& room : rooms) {
        subject.async_wait_active(room, wait_options(), [&](error_code ec, const wait_result&) {
            ++ended;
            ready += ec ? 0 : 1;
            destroyed = ec ? ec : destroyed;
        });
    }
    subject.async_call(hathora::destroy_room, hathora::room_request(rooms[7]),
                       [](error_code ec, const auto&) { EXPECT_FALSE(ec) << ec.message(); });
    context.restart();
    while (ended < rooms.size() && context.run_one_for(30s) != 0) {
    }
    EXPECT_EQ(ready, 29U);
    EXPECT_EQ(destroyed, errc::room_gone);
    close(subject);
}

TEST_F(ManyRooms, ARateOfTheCallersIsKept) {
    auto options = options_for(*service());
    options.use_batch_answers = false;
    options.use_process_lists = false;
    options.use_held_answers = false;
    options.max_polls_per_second = 20;
    client subject(context.get_executor(), options);
    const auto rooms = create_many(subject, 60);
    const auto before = subject.pool_metrics().requests;
    const auto began = clock::now();
    EXPECT_EQ(wait_for_all(subject, rooms), 60U);
    const double seconds = std::chrono::duration<double>(clock::now() - began).count();
    const auto needed = static_cast<double>(subject.pool_metrics().requests - before);
    EXPECT_LE(needed, 20 * (seconds + 2));
    close(subject);
}

} // namespace
} // namespace roomport::test
