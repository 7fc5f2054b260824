#include "server/api/lobby_list.hpp"

#include <gtest/gtest.h>

namespace roomport::server {
namespace {

lobby_record lobby(const std::string& room, const std::string& code,
                   lobby_visibility visibility = lobby_visibility::public_,
                   region where = region::tokyo) {
    lobby_record record;
    record.room_id = room;
    record.short_code = code;
    record.visibility = visibility;
    record.region = where;
    return record;
}

std::vector<std::string> rooms(const std::vector<const lobby_record*>& lobbies) {
    std::vector<std::string> ids;
    for (const auto* each : lobbies) {
        ids.push_back(each->room_id);
    }
    return ids;
}

TEST(LobbyList, FindsByRoomAndByCode) {
    lobby_list subject;
    EXPECT_EQ(subject.find_room("a"), nullptr);
    EXPECT_EQ(subject.find_code("X"), nullptr);
    subject.add(lobby("a", "X"));
    EXPECT_EQ(subject.find_room("a")->short_code, "X");
    EXPECT_EQ(subject.find_code("X")->room_id, "a");
    for (const char* other : {"", "W", "x", "X ", "XX", "Y"}) {
        EXPECT_EQ(subject.find_code(other), nullptr) << other;
    }
}

TEST(LobbyList, TheNewestLobbyOfACodeWinsAndTheOlderOneAfterIt) {
    lobby_list subject;
    subject.add(lobby("b", "X"));
    subject.add(lobby("a", "X"));
    subject.add(lobby("c", "Y"));
    EXPECT_EQ(subject.find_code("X")->room_id, "a");
    subject.remove("a");
    EXPECT_EQ(subject.find_code("X")->room_id, "b");
    subject.remove("b");
    EXPECT_EQ(subject.find_code("X"), nullptr);
    EXPECT_EQ(subject.find_code("Y")->room_id, "c");
}

TEST(LobbyList, ListsThePublicOnesNewestFirst) {
    lobby_list subject;
    subject.add(lobby("a", "X", lobby_visibility::public_, region::dubai));
    subject.add(lobby("b", "X", lobby_visibility::private_));
    subject.add(lobby("c", "X", lobby_visibility::local));
    subject.add(lobby("d", "X"));
    EXPECT_EQ(rooms(subject.public_lobbies(std::nullopt)), (std::vector<std::string>{"d", "a"}));
    EXPECT_EQ(rooms(subject.public_lobbies(region::dubai)), std::vector<std::string>{"a"});
    EXPECT_TRUE(subject.public_lobbies(region::london).empty());
}

TEST(LobbyList, ForgetsTheLobbyOfARoom) {
    lobby_list subject;
    subject.add(lobby("a", "X"));
    subject.remove("b");
    subject.remove("a");
    subject.remove("a");
    EXPECT_EQ(subject.find_room("a"), nullptr);
    EXPECT_EQ(subject.find_code("X"), nullptr);
    EXPECT_TRUE(subject.public_lobbies(std::nullopt).empty());
}

} // namespace
} // namespace roomport::server
