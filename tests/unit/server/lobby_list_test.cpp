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

TEST(LobbyList, BoundsWhatPlayersCreate) {
    lobby_bounds bounds;
    bounds.lobbies = 3;
    bounds.lobbies_per_player = 2;
    bounds.config_bytes_per_player = 10;
    lobby_list subject(bounds);
    const auto create = [&](const std::string& room, const text_or_number& player,
                            std::size_t config_bytes) {
        const auto refused = subject.refuse(player, config_bytes);
        if (!refused) {
            auto added = lobby(room, "X");
            added.created_by = player;
            added.config_bytes = config_bytes;
            subject.add(std::move(added));
        }
        return refused.value_or("");
    };
    const auto names = [](const std::string& text, const char* bound) {
        return text.find(bound) != text.npos;
    };
    EXPECT_TRUE(names(create("a", "p", 11), "--max-config-bytes-per-player"));
    EXPECT_EQ(create("a", "p", 6), "");
    EXPECT_TRUE(names(create("b", "p", 5), "--max-config-bytes-per-player"));
    EXPECT_EQ(create("b", "p", 4), "");
    EXPECT_TRUE(names(create("c", "p", 0), "--max-lobbies-per-player"));
    EXPECT_EQ(create("c", 7.0, 10), "");
    EXPECT_TRUE(names(create("d", "q", 0), "--max-lobbies"));
    subject.remove("a");
    EXPECT_EQ(create("d", "p", 6), "");
}

TEST(LobbyList, KeepsATextUntilSomethingChanges) {
    lobby_list subject;
    const auto keep = [&] {
        subject.keep_text(std::nullopt, std::make_shared<const std::string>("all"));
        subject.keep_text(region::tokyo, std::make_shared<const std::string>("some"));
        EXPECT_EQ(*subject.kept_text(std::nullopt), "all");
        EXPECT_EQ(*subject.kept_text(region::tokyo), "some");
        EXPECT_EQ(subject.kept_text(region::dubai), nullptr);
    };
    keep();
    subject.add(lobby("a", "X"));
    EXPECT_EQ(subject.kept_text(std::nullopt), nullptr);
    keep();
    subject.remove("a");
    EXPECT_EQ(subject.kept_text(region::tokyo), nullptr);
    keep();
    subject.changed();
    EXPECT_EQ(subject.kept_text(std::nullopt), nullptr);
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
