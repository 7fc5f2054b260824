// The operations on rooms.
#include "server/api/api_call.hpp"
#include "server/api/api_handlers.hpp"
#include "server/api/request_checks.hpp"

#include <roomport/hathora/operations.hpp>
#include <roomport/json/writer.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace roomport::server {
namespace {

// How a client learns what this server offers beyond the API, without probing.
void announce_extensions(httpd::response& answer) {
    answer.fields.emplace_back("Roomport-Wait", std::to_string(api_state::longest_hold.count()));
    answer.fields.emplace_back("Roomport-Batch", std::to_string(api_state::largest_batch));
}

httpd::response connection_info_answer(const api_state& api, const std::string& room_id) {
    const auto* room = api.registry.find_room(room_id);
    auto answer = room == nullptr
                      ? httpd::error_response(404, api.why_no_room(room_id))
                      : httpd::response(hathora::get_connection_info.success_status,
                                        json::to_string(api.views.connection_info(*room)));
    announce_extensions(answer);
    return answer;
}

httpd::response connection_infos_answer(const api_state& api,
                                        const std::vector<std::string>& room_ids) {
    std::vector<connection_info_v2> known;
    known.reserve(room_ids.size());
    for (const auto& room_id : room_ids) {
        if (const auto* room = api.registry.find_room(room_id)) {
            known.push_back(api.views.connection_info(*room));
        }
    }
    httpd::response answer(hathora::get_connection_infos.success_status, json::to_string(known));
    announce_extensions(answer);
    return answer;
}

const room_record* make_room(api_call& current) {
    if (current.refuse_without_descriptors()) {
        return nullptr;
    }
    auto wanted = check_create_room(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return nullptr;
    }
    const auto created = current.api.registry.create_room(
        now(), wanted->body.region, wanted->room_id, std::move(wanted->body.room_config));
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return nullptr;
    }
    return current.api.registry.find_room(*created);
}

const room_record* find_room(api_call& current) {
    const auto* room = current.api.registry.find_room(current.room_id());
    if (room == nullptr) {
        current.no_such_room();
    }
    return room;
}

void create_room(api_call& current) {
    if (const auto* room = make_room(current)) {
        current.answer_created(room->room_id, [&api = current.api, room_id = room->room_id,
                                               status = current.operation.success_status] {
            const auto& made = *api.registry.find_room(room_id);
            httpd::response answer(status, json::to_string(api.views.created_room(made)));
            announce_extensions(answer);
            return answer;
        });
    }
}

void create_room_v1(api_call& current) {
    if (const auto* room = make_room(current)) {
        current.answer_created(
            room->room_id, [room_id = room->room_id, status = current.operation.success_status] {
                return httpd::response(status, json::to_string(room_id));
            });
    }
}

void get_room_info(api_call& current) {
    if (const auto* room = find_room(current)) {
        current.succeed(current.api.views.room_info(*room));
    }
}

void get_connection_info_v1(api_call& current) {
    if (const auto* room = find_room(current)) {
        current.succeed(current.api.views.connection_info_v1(*room));
    }
}

void get_connection_info(api_call& current) {
    const auto patience = check_wait(current.received, api_state::longest_hold);
    if (patience.has_error()) {
        current.responder->send(patience.error());
        return;
    }
    if (*patience > duration::zero() && current.api.is_starting(current.room_id())) {
        current.api.held.hold(
            {current.room_id()},
            [&api = current.api, room_id = current.room_id()] {
                return connection_info_answer(api, room_id);
            },
            current.responder, *patience);
        return;
    }
    current.responder->send(connection_info_answer(current.api, current.room_id()));
}

void get_connection_infos(api_call& current) {
    const auto patience = check_wait(current.received, api_state::longest_hold);
    if (patience.has_error()) {
        current.responder->send(patience.error());
        return;
    }
    auto room_ids = check_room_ids(current.received, api_state::largest_batch);
    if (room_ids.has_error()) {
        auto refusal = std::move(room_ids).error();
        announce_extensions(refusal);
        current.responder->send(std::move(refusal));
        return;
    }
    const bool all_starting =
        std::all_of(room_ids->begin(), room_ids->end(), [&current](const std::string& room_id) {
            return current.api.is_starting(room_id);
        });
    if (*patience > duration::zero() && all_starting) {
        current.api.held.hold(
            *room_ids,
            [&api = current.api, asked = *room_ids] { return connection_infos_answer(api, asked); },
            current.responder, *patience);
        return;
    }
    current.responder->send(connection_infos_answer(current.api, *room_ids));
}

void destroy_room(api_call& current) {
    if (!current.api.registry.destroy_room(now(), current.room_id())) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

void update_room_config(api_call& current) {
    auto wanted = check_update_room(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    if (const auto refused =
            current.api.registry.refuse_config(current.room_id(), wanted->room_config.size())) {
        current.fail(refused->status, refused->message);
        return;
    }
    current.api.lobbies.changed();
    if (!current.api.registry.update_room(current.room_id(), std::move(wanted->room_config))) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

} // namespace

std::span<const api_handler> room_handlers() {
    static constexpr std::array all{
        api_handler{hathora::create_room.id, create_room, any_body},
        api_handler{hathora::get_room_info.id, get_room_info},
        api_handler{hathora::get_connection_info.id, get_connection_info},
        api_handler{hathora::get_connection_infos.id, get_connection_infos},
        api_handler{hathora::destroy_room.id, destroy_room},
        api_handler{hathora::update_room_config.id, update_room_config, any_body},
        api_handler{hathora::create_room_v1.id, create_room_v1, any_body},
        api_handler{hathora::get_room_info_v1.id, get_room_info},
        api_handler{hathora::get_connection_info_v1.id, get_connection_info_v1},
        api_handler{hathora::destroy_room_v1.id, destroy_room},
    };
    return all;
}

} // namespace roomport::server
