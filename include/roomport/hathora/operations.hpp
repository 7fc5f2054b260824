#pragma once

/// @file
/// Every operation this library types, each described once. Those that are not of the API but extensions of it have an
/// id that begins with "Roomport".

#include <roomport/hathora/operation.hpp>
#include <roomport/hathora/requests.hpp>
#include <roomport/model/connection_info.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/model/lobby_v3.hpp>
#include <roomport/model/ping_endpoints.hpp>
#include <roomport/model/player_token_object.hpp>
#include <roomport/model/process.hpp>
#include <roomport/model/process_v2.hpp>
#include <roomport/model/process_v3.hpp>
#include <roomport/model/process_with_rooms.hpp>
#include <roomport/model/processes_count.hpp>
#include <roomport/model/room.hpp>
#include <roomport/model/room_connection_data.hpp>
#include <roomport/model/room_without_allocations.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace roomport::hathora {

/// Creates a room. Not repeatable: a second copy would name an id that exists, or make a second room.
inline constexpr operation<create_room_request, room_connection_data> create_room{
    {"CreateRoom", http::method::post, "/rooms/v2/{appId}/create", authentication::token, false,
     201, response_size::document}};

/// Everything about a room, its allocations included.
inline constexpr operation<room_request, room> get_room_info{
    {"GetRoomInfo", http::method::get, "/rooms/v2/{appId}/info/{roomId}", authentication::token,
     true, 200, response_size::document}};

/// Where a room can be reached, once it is active.
inline constexpr operation<room_request, connection_info_v2> get_connection_info{
    {"GetConnectionInfo", http::method::get, "/rooms/v2/{appId}/connectioninfo/{roomId}",
     authentication::none, true, 200, response_size::document}};

/// Where many rooms can be reached: those of them that exist, in the order asked. Not of the API: an extension that the
/// local room service offers and announces with the field `Roomport-Batch` on the answers of both this operation and
/// GetConnectionInfo, whose value is the most ids of one request.
inline constexpr operation<rooms_request, std::vector<connection_info_v2>> get_connection_infos{
    {"RoomportGetConnectionInfos", http::method::get, "/roomport/v1/{appId}/rooms",
     authentication::none, true, 200, response_size::list}};

/// Destroys a room. Doing so twice has the same effect; the second answer is an error.
inline constexpr operation<room_request, no_content> destroy_room{
    {"DestroyRoom", http::method::post, "/rooms/v2/{appId}/destroy/{roomId}", authentication::token,
     true, 204, response_size::document}};

/// Replaces a room's configuration.
inline constexpr operation<update_room_config_request, no_content> update_room_config{
    {"UpdateRoomConfig", http::method::post, "/rooms/v2/{appId}/update/{roomId}",
     authentication::token, true, 204, response_size::document}};

/// The rooms that a process hosts now.
inline constexpr operation<process_request, std::vector<room_without_allocations>>
    get_active_rooms_for_process{{"GetActiveRoomsForProcess", http::method::get,
                                  "/rooms/v2/{appId}/list/{processId}/active",
                                  authentication::token, true, 200, response_size::list}};

/// The rooms that a process no longer hosts.
inline constexpr operation<process_request, std::vector<room_without_allocations>>
    get_inactive_rooms_for_process{{"GetInactiveRoomsForProcess", http::method::get,
                                    "/rooms/v2/{appId}/list/{processId}/inactive",
                                    authentication::token, true, 200, response_size::list}};

/// The running processes with their rooms. Deprecated in the API.
inline constexpr operation<process_list_request, std::vector<process_with_rooms>>
    get_running_processes{{"GetRunningProcesses", http::method::get,
                           "/processes/v1/{appId}/list/running", authentication::token, true, 200,
                           response_size::list}};

/// The stopped processes. Deprecated in the API.
inline constexpr operation<process_list_request, std::vector<process>> get_stopped_processes{
    {"GetStoppedProcesses", http::method::get, "/processes/v1/{appId}/list/stopped",
     authentication::token, true, 200, response_size::list}};

/// One process in the v1 form. Deprecated in the API.
inline constexpr operation<process_request, process> get_process_info{
    {"GetProcessInfoDeprecated", http::method::get, "/processes/v1/{appId}/info/{processId}",
     authentication::token, true, 200, response_size::document}};

/// The ten newest processes that match the filters.
inline constexpr operation<process_filter_request, std::vector<process_v3>> get_latest_processes{
    {"GetLatestProcesses", http::method::get, "/processes/v3/apps/{appId}/processes/latest",
     authentication::token, true, 200, response_size::list}};

/// How many processes match the filters. Experimental in the API.
inline constexpr operation<process_filter_request, processes_count> get_processes_count{
    {"GetProcessesCountExperimental", http::method::get,
     "/processes/v3/apps/{appId}/processes/count", authentication::token, true, 200,
     response_size::document}};

/// Starts a process before there is a room for it. Not repeatable: a second copy starts a second one.
inline constexpr operation<create_process_request, process_v3> create_process{
    {"CreateProcess", http::method::post, "/processes/v3/apps/{appId}/processes/regions/{region}",
     authentication::token, false, 201, response_size::document}};

/// One process.
inline constexpr operation<process_request, process_v3> get_process{
    {"GetProcess", http::method::get, "/processes/v3/apps/{appId}/processes/{processId}",
     authentication::token, true, 200, response_size::document}};

/// Stops a process with all its rooms.
inline constexpr operation<process_request, no_content> stop_process{
    {"StopProcess", http::method::post, "/processes/v3/apps/{appId}/processes/{processId}/stop",
     authentication::token, true, 204, response_size::document}};

/// Hosts to measure the distance to each region with.
inline constexpr operation<app_request, std::vector<ping_endpoints>> get_ping_service_endpoints{
    {"GetPingServiceEndpoints", http::method::get, "/discovery/v2/ping", authentication::none, true,
     200, response_size::list}};

/// Creates a room and answers its id alone. Deprecated in the API; not repeatable, like CreateRoom.
inline constexpr operation<create_room_request, std::string> create_room_v1{
    {"CreateRoomDeprecated", http::method::post, "/rooms/v1/{appId}/create", authentication::token,
     false, 201, response_size::document}};

/// Everything about a room, its allocations included. Deprecated in the API.
inline constexpr operation<room_request, room> get_room_info_v1{
    {"GetRoomInfoDeprecated", http::method::get, "/rooms/v1/{appId}/info/{roomId}",
     authentication::token, true, 200, response_size::document}};

/// Where the main port of a room can be reached, once it is active. Deprecated in the API.
inline constexpr operation<room_request, connection_info> get_connection_info_v1{
    {"GetConnectionInfoDeprecated", http::method::get, "/rooms/v1/{appId}/connectioninfo/{roomId}",
     authentication::none, true, 200, response_size::document}};

/// Destroys a room. Deprecated in the API.
inline constexpr operation<room_request, no_content> destroy_room_v1{
    {"DestroyRoomDeprecated", http::method::post, "/rooms/v1/{appId}/destroy/{roomId}",
     authentication::token, true, 204, response_size::document}};

/// The rooms that a process hosts now. Deprecated in the API.
inline constexpr operation<process_request, std::vector<room_without_allocations>>
    get_active_rooms_for_process_v1{{"GetActiveRoomsForProcessDeprecated", http::method::get,
                                     "/rooms/v1/{appId}/list/{processId}/active",
                                     authentication::token, true, 200, response_size::list}};

/// The rooms that a process no longer hosts. Deprecated in the API.
inline constexpr operation<process_request, std::vector<room_without_allocations>>
    get_inactive_rooms_for_process_v1{{"GetInactiveRoomsForProcessDeprecated", http::method::get,
                                       "/rooms/v1/{appId}/list/{processId}/inactive",
                                       authentication::token, true, 200, response_size::list}};

/// The ten newest processes that match the filters. Deprecated in the API.
inline constexpr operation<process_filter_v2_request, std::vector<process_v2>>
    get_latest_processes_v2{{"GetLatestProcessesV2Deprecated", http::method::get,
                             "/processes/v2/{appId}/list/latest", authentication::token, true, 200,
                             response_size::list}};

/// How many processes match the filters. Deprecated in the API.
inline constexpr operation<process_filter_v2_request, processes_count> get_processes_count_v2{
    {"GetProcessesCountExperimentalV2Deprecated", http::method::get, "/processes/v2/{appId}/count",
     authentication::token, true, 200, response_size::document}};

/// Starts a process before there is a room for it. Deprecated in the API; not repeatable, like CreateProcess.
inline constexpr operation<create_process_request, process_v2> create_process_v2{
    {"CreateProcessV2Deprecated", http::method::post, "/processes/v2/{appId}/create/{region}",
     authentication::token, false, 201, response_size::document}};

/// One process. Deprecated in the API.
inline constexpr operation<process_request, process_v2> get_process_info_v2{
    {"GetProcessInfoV2Deprecated", http::method::get, "/processes/v2/{appId}/info/{processId}",
     authentication::token, true, 200, response_size::document}};

/// Stops a process with all its rooms. Deprecated in the API.
inline constexpr operation<process_request, no_content> stop_process_v2{
    {"StopProcessV2Deprecated", http::method::post, "/processes/v2/{appId}/stop/{processId}",
     authentication::token, true, 204, response_size::document}};

/// A token for a player without a name of his own. Each call makes a new player.
inline constexpr operation<app_request, player_token_object> login_anonymous{
    {"LoginAnonymous", http::method::post, "/auth/v1/{appId}/login/anonymous", authentication::none,
     true, 200, response_size::document}};

/// A token for a player with a nickname. Each call makes a new player.
inline constexpr operation<login_nickname_request, player_token_object> login_nickname{
    {"LoginNickname", http::method::post, "/auth/v1/{appId}/login/nickname", authentication::none,
     true, 200, response_size::document}};

/// Creates a room that players find. Not repeatable: a second copy would name an id that exists, or make a second room.
inline constexpr operation<create_lobby_request, lobby_v3> create_lobby{
    {"CreateLobby", http::method::post, "/lobby/v3/{appId}/create", authentication::player, false,
     201, response_size::document}};

/// The lobby of a room.
inline constexpr operation<room_request, lobby_v3> get_lobby_info_by_room_id{
    {"GetLobbyInfoByRoomId", http::method::get, "/lobby/v3/{appId}/info/roomid/{roomId}",
     authentication::none, true, 200, response_size::document}};

/// The newest lobby with a short code.
inline constexpr operation<short_code_request, lobby_v3> get_lobby_info_by_short_code{
    {"GetLobbyInfoByShortCode", http::method::get, "/lobby/v3/{appId}/info/shortcode/{shortCode}",
     authentication::none, true, 200, response_size::document}};

/// The public lobbies whose room has not been destroyed.
inline constexpr operation<lobby_list_request, std::vector<lobby_v3>> list_active_public_lobbies{
    {"ListActivePublicLobbies", http::method::get, "/lobby/v3/{appId}/list/public",
     authentication::none, true, 200, response_size::list}};

/// All of them, for whoever treats them alike. A path with a literal stands before one with a placeholder in its place.
inline constexpr std::tuple all_operations{
    create_room,
    get_room_info,
    get_connection_info,
    get_connection_infos,
    destroy_room,
    update_room_config,
    get_active_rooms_for_process,
    get_inactive_rooms_for_process,
    get_running_processes,
    get_stopped_processes,
    get_process_info,
    get_latest_processes,
    get_processes_count,
    create_process,
    get_process,
    stop_process,
    get_ping_service_endpoints,
    create_room_v1,
    get_room_info_v1,
    get_connection_info_v1,
    destroy_room_v1,
    get_active_rooms_for_process_v1,
    get_inactive_rooms_for_process_v1,
    get_latest_processes_v2,
    get_processes_count_v2,
    create_process_v2,
    get_process_info_v2,
    stop_process_v2,
    login_anonymous,
    login_nickname,
    create_lobby,
    get_lobby_info_by_room_id,
    get_lobby_info_by_short_code,
    list_active_public_lobbies,
};

} // namespace roomport::hathora
