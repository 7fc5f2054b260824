#include <roomport/hathora/encode.hpp>

#include <roomport/hathora/operations.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace roomport::hathora {
namespace {

TEST(Encode, FillsThePath) {
    const auto encoded = encode(get_connection_info, room_request("r_1"), "my-app");
    ASSERT_FALSE(encoded.error) << encoded.message;
    EXPECT_EQ(encoded.request.verb, http::method::get);
    EXPECT_EQ(encoded.request.target, "/rooms/v2/my-app/connectioninfo/r_1");
    EXPECT_TRUE(encoded.request.repeatable);
    EXPECT_TRUE(encoded.request.body.empty());
    EXPECT_TRUE(encoded.request.token.empty());
}

TEST(Encode, PutsTheChosenRoomIdInTheQueryAndTheRestInTheBody) {
    create_room_request request(region::frankfurt);
    request.room_id = "mine";
    request.body.room_config = "{\"a\":1}";
    const auto encoded = encode(create_room, request, "app");
    ASSERT_FALSE(encoded.error) << encoded.message;
    EXPECT_EQ(encoded.request.verb, http::method::post);
    EXPECT_EQ(encoded.request.target, "/rooms/v2/app/create?roomId=mine");
    EXPECT_EQ(encoded.request.body, R"({"region":"Frankfurt","roomConfig":"{\"a\":1}"})");
    EXPECT_FALSE(encoded.request.repeatable);
    ASSERT_EQ(encoded.request.fields.size(), 1U);
    EXPECT_EQ(encoded.request.fields[0].name, "Content-Type");
    EXPECT_EQ(encoded.request.fields[0].value, "application/json");
}

TEST(Encode, LeavesOutWhatIsNotGiven) {
    const auto encoded = encode(create_room, create_room_request(region::tokyo), "app");
    EXPECT_EQ(encoded.request.target, "/rooms/v2/app/create");
    EXPECT_EQ(encoded.request.body, R"({"region":"Tokyo"})");
}

TEST(Encode, RepeatsTheKeyForEachElementOfAList) {
    process_filter_request request;
    request.status = {process_status::running, process_status::starting};
    request.region = {open_enum<region>("Sao Paulo/2")};
    request.before = 1700000000.5;
    const auto encoded = encode(get_latest_processes, request, "app");
    EXPECT_EQ(encoded.request.target,
              "/processes/v3/apps/app/processes/latest?status=running&status="
              "starting&region=Sao%20Paulo%2F2&before=1700000000.5");
    EXPECT_EQ(encoded.request.body_limit, 16U << 20U);
}

TEST(Encode, PutsManyIdsIntoOneList) {
    rooms_request request({"a", "b_2", "c-3"});
    EXPECT_EQ(encode(get_connection_infos, request, "app").request.target,
              "/roomport/v1/app/rooms?ids=a,b_2,c-3");
    request.wait = 25;
    const auto held = encode(get_connection_infos, request, "app");
    EXPECT_EQ(held.request.target, "/roomport/v1/app/rooms?ids=a,b_2,c-3&wait=25");
    EXPECT_TRUE(held.request.repeatable);
    EXPECT_TRUE(held.request.token.empty());
}

TEST(Encode, RefusesAListWithoutIdsOrWithABadOne) {
    EXPECT_EQ(encode(get_connection_infos, rooms_request(), "app").error, errc::invalid_argument);
    const auto bad = encode(get_connection_infos, rooms_request({"a", "b,c"}), "app");
    EXPECT_EQ(bad.error, errc::invalid_argument);
    EXPECT_NE(bad.message.find("ids"), std::string::npos) << bad.message;
}

TEST(Encode, RefusesARoomThatIsNamedTwice) {
    const auto twice = encode(get_connection_infos, rooms_request({"b", "a", "b"}), "app");
    EXPECT_EQ(twice.error, errc::invalid_argument);
    EXPECT_EQ(twice.message, "ids must name no room twice");
}

TEST(Encode, RefusesNumbersThatNoServerTakes) {
    rooms_request rooms({"a"});
    rooms.wait = -3;
    EXPECT_EQ(encode(get_connection_infos, rooms, "app").error, errc::invalid_argument);
    process_filter_request filter;
    filter.before = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(encode(get_latest_processes, filter, "app").error, errc::invalid_argument);
}

TEST(Encode, RefusesBadIdsBeforeAnythingIsSent) {
    for (const std::string bad : {"", "a b", "../x", "a%2f", "a\r\nX: y", "a/b"}) {
        const auto room = encode(destroy_room, room_request(bad), "app");
        EXPECT_EQ(room.error, errc::invalid_argument) << bad;
        EXPECT_NE(room.message.find("roomId"), std::string::npos) << room.message;
        EXPECT_EQ(encode(get_process, process_request(bad), "app").error, errc::invalid_argument);
        EXPECT_EQ(encode(get_room_info, room_request("r"), bad).error, errc::invalid_argument);
        create_room_request create(region::tokyo);
        create.room_id = bad;
        EXPECT_EQ(encode(create_room, create, "app").error, errc::invalid_argument);
    }
}

TEST(Encode, ARefusedRequestHasNoTargetThatCouldBeSent) {
    const auto encoded = encode(get_room_info, room_request("a/../b"), "app");
    EXPECT_EQ(encoded.request.target, "/");
}

TEST(Encode, ChecksTheRoomConfigByCharacters) {
    create_room_request request(region::tokyo);
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
        text += "ü";
    }
    request.body.room_config = text;
    EXPECT_FALSE(encode(create_room, request, "app").error);
    *request.body.room_config += "x";
    EXPECT_EQ(encode(create_room, request, "app").error, errc::invalid_argument);
    request.body.room_config = "broken \xFF";
    EXPECT_EQ(encode(create_room, request, "app").error, errc::invalid_argument);
}

TEST(Encode, ARegionIsNeeded) {
    EXPECT_EQ(encode(create_room, create_room_request(), "app").error, errc::invalid_argument);
    EXPECT_EQ(encode(create_process, create_process_request(), "app").error,
              errc::invalid_argument);
}

TEST(Encode, SendsThePlayersTokenAsTheTokenAndNowhereElse) {
    create_lobby_request request(secret("a.b.c"), region::tokyo, lobby_visibility::public_);
    request.room_id = "r";
    request.short_code = "LFG 4/\u00e4";
    const auto encoded = encode(create_lobby, request, "app");
    ASSERT_FALSE(encoded.error) << encoded.message;
    EXPECT_EQ(encoded.request.target, "/lobby/v3/app/create?roomId=r&shortCode=LFG%204%2F%C3%A4");
    EXPECT_EQ(encoded.request.body, R"({"visibility":"public","region":"Tokyo"})");
    EXPECT_EQ(encoded.request.token.reveal(), "a.b.c");
    EXPECT_EQ(encoded.request.fields.size(), 1U);
}

TEST(Encode, RefusesAPlayersTokenThatCantBeSent) {
    for (const char* bad : {"", "a b", "a\r\nX: y", "a\tb", "\xC3\xA4"}) {
        const create_lobby_request request(secret(bad), region::tokyo, lobby_visibility::local);
        const auto encoded = encode(create_lobby, request, "app");
        EXPECT_EQ(encoded.error, errc::invalid_argument) << bad;
        EXPECT_NE(encoded.message.find("player"), std::string::npos) << encoded.message;
    }
}

TEST(Encode, RefusesALobbyWithoutRegionOrVisibility) {
    create_lobby_request request(secret("t"), region::tokyo, lobby_visibility::local);
    request.body.region = {};
    EXPECT_EQ(encode(create_lobby, request, "app").error, errc::invalid_argument);
    request.body.region = region::tokyo;
    request.body.visibility = {};
    EXPECT_EQ(encode(create_lobby, request, "app").error, errc::invalid_argument);
}

TEST(Encode, AShortCodeIsAnyTextThatAPathCanHold) {
    const auto encoded = encode(get_lobby_info_by_short_code, short_code_request("a/..?#%"), "app");
    ASSERT_FALSE(encoded.error) << encoded.message;
    EXPECT_EQ(encoded.request.target, "/lobby/v3/app/info/shortcode/a%2F..%3F%23%25");
    EXPECT_FALSE(
        encode(get_lobby_info_by_short_code, short_code_request(std::string(100, '.')), "app")
            .error);
    for (const std::string& bad : {std::string(), std::string("."), std::string(".."),
                                   std::string(101, 'x'), std::string("\xFF")}) {
        const auto refused = encode(get_lobby_info_by_short_code, short_code_request(bad), "app");
        EXPECT_EQ(refused.error, errc::invalid_argument) << bad;
        EXPECT_NE(refused.message.find("shortCode"), std::string::npos) << refused.message;
    }
}

TEST(Encode, ANicknameIsAnyText) {
    const auto encoded = encode(login_nickname, login_nickname_request("J\"\n"), "app");
    EXPECT_EQ(encoded.request.target, "/auth/v1/app/login/nickname");
    EXPECT_EQ(encoded.request.body, R"({"nickname":"J\"\n"})");
    EXPECT_EQ(encode(login_nickname, login_nickname_request("\xFF"), "app").error,
              errc::invalid_argument);
}

} // namespace
} // namespace roomport::hathora
