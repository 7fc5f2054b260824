// Which operation is answered by what.
#include "server/api/room_api_call.hpp"

#include <roomport/hathora/operations.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

namespace roomport::server {
namespace {

/// An operation of the API that this service knows and does not offer.
class not_offered : public hathora::operation_description {
public:
    constexpr not_offered(const hathora::operation_description& what, std::string_view reason)
        : operation_description(what), message(reason) {}
    std::string_view message;
};

constexpr hathora::operation_description unanswered_post(std::string_view id, std::string_view path,
                                                         hathora::authentication auth) {
    return {id, http::method::post, path, auth, false, 0, hathora::response_size::document};
}

constexpr std::string_view no_suspension =
    "this room service can't suspend rooms; destroy the room, or let it run";

// The one code that the API has for all of these is 404.
constexpr std::array all_not_offered{
    not_offered(unanswered_post("LoginGoogle", "/auth/v1/{appId}/login/google",
                                hathora::authentication::none),
                "this room service has no login with Google; use the anonymous or the nickname "
                "login"),
    not_offered(unanswered_post("SuspendRoomDeprecated", "/rooms/v1/{appId}/suspend/{roomId}",
                                hathora::authentication::token),
                no_suspension),
    not_offered(unanswered_post("SuspendRoomV2Deprecated", "/rooms/v2/{appId}/suspend/{roomId}",
                                hathora::authentication::token),
                no_suspension),
    not_offered(unanswered_post("ResumeRoom", "/rooms/v2/{appId}/resume/{roomId}",
                                hathora::authentication::token),
                "this room service never suspends a room, so there is none to resume"),
};

} // namespace

void room_api::add_route(const hathora::operation_description& operation, handler run) {
    router_.add(operation.verb == http::method::get ? "GET" : "POST", operation.path);
    route& added = routes_.emplace_back();
    added.operation = operation;
    added.run = run;
}

void room_api::add_routes() {
    class row {
    public:
        std::string_view id;
        handler run;
    };
    static const std::array rows{
        row{hathora::create_room.id, &room_api::create_room},
        row{hathora::get_room_info.id, &room_api::get_room_info},
        row{hathora::get_connection_info.id, &room_api::get_connection_info},
        row{hathora::get_connection_infos.id, &room_api::get_connection_infos},
        row{hathora::destroy_room.id, &room_api::destroy_room},
        row{hathora::update_room_config.id, &room_api::update_room_config},
        row{hathora::get_active_rooms_for_process.id, &room_api::get_active_rooms},
        row{hathora::get_inactive_rooms_for_process.id, &room_api::get_inactive_rooms},
        row{hathora::get_running_processes.id, &room_api::get_running_processes},
        row{hathora::get_stopped_processes.id, &room_api::get_stopped_processes},
        row{hathora::get_process_info.id, &room_api::get_process_info},
        row{hathora::get_latest_processes.id, &room_api::get_latest_processes},
        row{hathora::get_processes_count.id, &room_api::get_processes_count},
        row{hathora::create_process.id, &room_api::create_process},
        row{hathora::get_process.id, &room_api::get_process},
        row{hathora::stop_process.id, &room_api::stop_process},
        row{hathora::get_ping_service_endpoints.id, &room_api::get_ping_endpoints},
        row{hathora::create_room_v1.id, &room_api::create_room_v1},
        row{hathora::get_room_info_v1.id, &room_api::get_room_info},
        row{hathora::get_connection_info_v1.id, &room_api::get_connection_info_v1},
        row{hathora::destroy_room_v1.id, &room_api::destroy_room},
        row{hathora::get_active_rooms_for_process_v1.id, &room_api::get_active_rooms},
        row{hathora::get_inactive_rooms_for_process_v1.id, &room_api::get_inactive_rooms},
        row{hathora::get_latest_processes_v2.id, &room_api::get_latest_processes_v2},
        row{hathora::get_processes_count_v2.id, &room_api::get_processes_count},
        row{hathora::create_process_v2.id, &room_api::create_process_v2},
        row{hathora::get_process_info_v2.id, &room_api::get_process_v2},
        row{hathora::stop_process_v2.id, &room_api::stop_process},
        row{hathora::login_anonymous.id, &room_api::login_anonymous},
        row{hathora::login_nickname.id, &room_api::login_nickname},
        row{hathora::create_lobby.id, &room_api::create_lobby},
        row{hathora::get_lobby_info_by_room_id.id, &room_api::get_lobby_by_room_id},
        row{hathora::get_lobby_info_by_short_code.id, &room_api::get_lobby_by_short_code},
        row{hathora::list_active_public_lobbies.id, &room_api::list_public_lobbies},
    };
    const auto add = [this](const hathora::operation_description& operation) {
        const auto* found = std::find_if(rows.begin(), rows.end(),
                                         [&](const row& each) { return each.id == operation.id; });
        if (found == rows.end()) {
            throw std::logic_error("no handler for the operation " + std::string(operation.id));
        }
        add_route(operation, found->run);
    };
    std::apply([&](const auto&... operation) { (add(operation), ...); }, hathora::all_operations);
    for (const auto& operation : all_not_offered) {
        add_route(operation, &room_api::refuse_not_offered);
    }
}

void room_api::refuse_not_offered(call& current) {
    const auto* found =
        std::find_if(all_not_offered.begin(), all_not_offered.end(),
                     [&](const not_offered& each) { return each.id == current.operation.id; });
    current.fail(404, found->message);
}

} // namespace roomport::server
