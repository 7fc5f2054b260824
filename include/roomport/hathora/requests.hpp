#pragma once

/// @file
/// What each operation takes. Ids are checked before anything is sent: letters, digits, '_' and '-', at most 100.

#include <roomport/model/create_lobby_v3_params.hpp>
#include <roomport/model/create_room_params.hpp>
#include <roomport/model/nickname_object.hpp>
#include <roomport/model/process_status.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/update_room_config_params.hpp>
#include <roomport/secret.hpp>

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomport::hathora {

/// For operations on the whole app.
class app_request {
public:
    app_request() = default;
    friend bool operator==(const app_request&, const app_request&) = default;
};
BOOST_DESCRIBE_STRUCT(app_request, (), ())

/// For operations on one room.
class room_request {
public:
    room_request() = default;
    /// @param id the room's id.
    explicit room_request(std::string id) : room_id(std::move(id)) {}
    friend bool operator==(const room_request&, const room_request&) = default;

    /// The room's id.
    std::string room_id;
};
BOOST_DESCRIBE_STRUCT(room_request, (), (room_id))

/// Many rooms at once: an extension of the API.
class rooms_request {
public:
    rooms_request() = default;
    /// @param room_ids see @ref ids.
    explicit rooms_request(std::vector<std::string> room_ids) : ids(std::move(room_ids)) {}
    friend bool operator==(const rooms_request&, const rooms_request&) = default;

    /// At least one, none of them twice; sent as one list.
    std::vector<std::string> ids;
    /// Seconds, not negative, for which the server is asked to hold its answer while all of them exist and are starting;
    /// it holds no longer than its `Roomport-Wait` announces. Nothing: it answers at once.
    std::optional<std::int32_t> wait;
};
BOOST_DESCRIBE_STRUCT(rooms_request, (), (ids, wait))

/// For operations on one process.
class process_request {
public:
    process_request() = default;
    /// @param id the process's id.
    explicit process_request(std::string id) : process_id(std::move(id)) {}
    friend bool operator==(const process_request&, const process_request&) = default;

    /// The process's id.
    std::string process_id;
};
BOOST_DESCRIBE_STRUCT(process_request, (), (process_id))

/// CreateRoom: where, with what configuration, under what name.
class create_room_request {
public:
    create_room_request() = default;
    /// @param where the region to start the room in.
    explicit create_room_request(roomport::region where) { body.region = where; }
    friend bool operator==(const create_room_request&, const create_room_request&) = default;

    /// The room's id; nothing: the server chooses one. It must never have been used before.
    std::optional<std::string> room_id;

    /// Where, and with what configuration.
    create_room_params body;
};
BOOST_DESCRIBE_STRUCT(create_room_request, (), (room_id, body))

/// UpdateRoomConfig: the new configuration of a room.
class update_room_config_request {
public:
    update_room_config_request() = default;
    friend bool operator==(const update_room_config_request&,
                           const update_room_config_request&) = default;

    /// The room's id.
    std::string room_id;

    /// The configuration it is to have.
    update_room_config_params body;
};
BOOST_DESCRIBE_STRUCT(update_room_config_request, (), (room_id, body))

/// The v1 process lists: those of one region, or all.
class process_list_request {
public:
    process_list_request() = default;
    friend bool operator==(const process_list_request&, const process_list_request&) = default;

    /// Processes in this region; nothing: in any.
    std::optional<open_enum<roomport::region>> region;
};
BOOST_DESCRIBE_STRUCT(process_list_request, (), (region))

/// The v3 process list and count: filters, each with any number of values.
class process_filter_request {
public:
    process_filter_request() = default;
    friend bool operator==(const process_filter_request&, const process_filter_request&) = default;

    /// Processes in one of these states; empty: in any.
    std::vector<open_enum<process_status>> status;
    /// Processes in one of these regions; empty: in any.
    std::vector<open_enum<roomport::region>> region;
    /// Processes created before this unix time, a finite number whose unit the API does not document.
    std::optional<double> before;
};
BOOST_DESCRIBE_STRUCT(process_filter_request, (), (status, region, before))

/// The v2 process list and count: filters, each with any number of values.
class process_filter_v2_request {
public:
    process_filter_v2_request() = default;
    friend bool operator==(const process_filter_v2_request&,
                           const process_filter_v2_request&) = default;

    /// Processes in one of these states; empty: in any.
    std::vector<open_enum<process_status>> status;
    /// Processes in one of these regions; empty: in any.
    std::vector<open_enum<roomport::region>> region;
};
BOOST_DESCRIBE_STRUCT(process_filter_v2_request, (), (status, region))

/// CreateProcess: the region to start a process in.
class create_process_request {
public:
    create_process_request() = default;
    /// @param where the region to start the process in.
    explicit create_process_request(roomport::region where) : region(where) {}
    friend bool operator==(const create_process_request&, const create_process_request&) = default;

    /// The region to start the process in.
    open_enum<roomport::region> region;
};
BOOST_DESCRIBE_STRUCT(create_process_request, (), (region))

/// LoginNickname: what the player is to be called.
class login_nickname_request {
public:
    login_nickname_request() = default;
    /// @param nickname what the player is to be called.
    explicit login_nickname_request(std::string nickname) { body.nickname = std::move(nickname); }
    friend bool operator==(const login_nickname_request&, const login_nickname_request&) = default;

    /// What the player is to be called.
    nickname_object body;
};
BOOST_DESCRIBE_STRUCT(login_nickname_request, (), (body))

/// CreateLobby: who creates it, where, for whom, with what configuration, under what names.
class create_lobby_request {
public:
    create_lobby_request() = default;
    /// @param player the token from the player's login.
    /// @param where  the region to start the lobby's room in.
    /// @param who    who may see the lobby.
    create_lobby_request(secret player, roomport::region where, lobby_visibility who)
        : player_token(std::move(player)) {
        body.region = where;
        body.visibility = who;
    }

    /// The token from the player's login.
    secret player_token;

    /// The id of the lobby's room; nothing: the server chooses one. It must never have been used before.
    std::optional<std::string> room_id;

    /// What players type to find the lobby, 1 to 100 characters; nothing: the server chooses one.
    std::optional<std::string> short_code;

    /// Where, for whom, and with what configuration.
    create_lobby_v3_params body;
};
BOOST_DESCRIBE_STRUCT(create_lobby_request, (), (player_token, room_id, short_code, body))

/// GetLobbyInfoByShortCode: what a player typed.
class short_code_request {
public:
    short_code_request() = default;
    /// @param code see @ref short_code.
    explicit short_code_request(std::string code) : short_code(std::move(code)) {}
    friend bool operator==(const short_code_request&, const short_code_request&) = default;

    /// 1 to 100 characters; not "." or "..", which no path can hold.
    std::string short_code;
};
BOOST_DESCRIBE_STRUCT(short_code_request, (), (short_code))

/// ListActivePublicLobbies: those of one region, or all.
class lobby_list_request {
public:
    lobby_list_request() = default;
    friend bool operator==(const lobby_list_request&, const lobby_list_request&) = default;

    /// Lobbies in this region; nothing: in any.
    std::optional<open_enum<roomport::region>> region;
};
BOOST_DESCRIBE_STRUCT(lobby_list_request, (), (region))

} // namespace roomport::hathora
