#include "program/authorization.hpp"
#include "server/api/cross_origin.hpp"
#include "server/api/request_checks.hpp"
#include "server/api/room_api_call.hpp"
#include "server/launcher/descriptors_left.hpp"

#include <roomport/hathora/operations.hpp>
#include <roomport/json/writer.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace roomport::server {
namespace {

// How a client learns what this server offers beyond the API, without probing.
void announce_extensions(httpd::response& answer) {
    answer.fields.emplace_back("Roomport-Wait", std::to_string(room_api::longest_hold.count()));
    answer.fields.emplace_back("Roomport-Batch", std::to_string(room_api::largest_batch));
}

httpd::response unauthorized(const hathora::operation_description& operation) {
    auto answer = httpd::error_response(
        401, operation.auth == hathora::authentication::player
                 ? "the player's token is missing, wrong or expired; log in and send the token "
                   "from there as a bearer token"
                 : "the token is missing or wrong; send the service's token as a bearer token");
    answer.fields.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
}

// A room's config of 10,000 characters, each of which JSON may write as two escapes of six bytes, and what stands around it.
constexpr std::size_t largest_body_with_config = std::size_t{128} << 10U;

// A nickname of 1,000 characters; and what some clients send where nothing is asked for.
constexpr std::size_t largest_body_without_config = std::size_t{16} << 10U;

std::size_t most_body(const hathora::operation_description& operation) {
    if (operation.id == hathora::create_lobby.id) {
        return largest_body_with_config;
    }
    const bool is_backends = operation.id == hathora::create_room.id ||
                             operation.id == hathora::create_room_v1.id ||
                             operation.id == hathora::update_room_config.id;
    // Who has the token may send members that only a later version knows.
    return is_backends ? httpd::request_limits().body : largest_body_without_config;
}

} // namespace

room_api::room_api(boost::asio::io_context& context, api_settings settings, room_registry& registry,
                   std::function<void()> changed)
    : settings_(std::move(settings)), token_(settings_.token),
      players_(settings_.app_secret, settings_.player_token_lifetime), registry_(registry),
      lobbies_(settings_.lobbies), views_(settings_.app_id, settings_.advertised_host, registry),
      context_(context), held_(context), held_creates_(context), changed_(std::move(changed)) {
    add_routes();
}

std::optional<httpd::response> room_api::misdirected(const httpd::request& received,
                                                     const httpd::router::result& found) const {
    if (stopping_) {
        return httpd::error_response(503, "the room service is stopping");
    }
    if (received.method == "OPTIONS" && found.what == httpd::router::result::kind::wrong_method) {
        return preflight_answer(received, found.allowed);
    }
    if (found.what == httpd::router::result::kind::unknown_path) {
        return httpd::error_response(404, "there is no such path");
    }
    if (found.what == httpd::router::result::kind::wrong_method) {
        auto answer = httpd::error_response(405, "this path needs the method " + found.allowed);
        answer.fields.emplace_back("Allow", found.allowed);
        return answer;
    }
    if (received.count("Authorization") > 1) {
        return httpd::error_response(400, "the request has several Authorization fields; send one");
    }
    return std::nullopt;
}

httpd::admission room_api::admit(const httpd::request& head) const {
    httpd::admission verdict;
    const auto found = router_.find(head.method, head.path);
    if (misdirected(head, found)) {
        // The answer is the same with the body, which may be as small as most are.
        verdict.most_body = largest_body_without_config;
        return verdict;
    }
    const auto& operation = routes_[found.route].operation;
    call current(operation, head, found.values, nullptr);
    if (!is_authorized(current)) {
        verdict.refusal = unauthorized(operation);
    }
    verdict.most_body = most_body(operation);
    return verdict;
}

void room_api::handle(httpd::request received, const std::shared_ptr<httpd::responder>& responder) {
    const auto found = router_.find(received.method, received.path);
    if (auto answer = misdirected(received, found)) {
        responder->send(std::move(*answer));
        return;
    }
    const auto& target = routes_[found.route];
    call current(target.operation, received, found.values, responder);
    if (!is_authorized(current)) {
        responder->send(unauthorized(target.operation));
        return;
    }
    if (received.body.size() > most_body(target.operation)) {
        responder->send(httpd::error_response(413, "the body is larger than " +
                                                       std::to_string(most_body(target.operation)) +
                                                       " bytes"));
        return;
    }
    const auto& app_id = found.values.get("appId");
    if (target.operation.path.find("{appId}") != std::string_view::npos &&
        app_id != settings_.app_id) {
        responder->send(httpd::error_response(404, "there is no such app here"));
        return;
    }
    (this->*target.run)(current);
    changed_();
}

bool room_api::is_authorized(call& current) const {
    const auto authorization = current.received.find("Authorization").value_or("");
    switch (current.operation.auth) {
    case hathora::authentication::none:
        return true;
    case hathora::authentication::token:
        return token_.accepts(authorization);
    case hathora::authentication::player:
        // Old clients send the bare token.
        current.who = players_.check(program::bearer_token(authorization).value_or(authorization),
                                     now().wall);
        return current.who.has_value();
    }
    return false;
}

void room_api::room_changed(const std::string& room_id) {
    if (registry_.find_room(room_id) == nullptr) {
        lobbies_.remove(room_id);
    }
    const auto* room = registry_.find_room(room_id);
    if (room == nullptr || registry_.find_process(room->process_id)->is_settled) {
        held_creates_.release(room_id);
    }
    if (!is_starting(room_id)) {
        held_.release(room_id);
    }
}

void room_api::stop() {
    stopping_ = true;
    held_.release_all();
    held_creates_.release_all();
}

bool room_api::is_starting(const std::string& room_id) const {
    const auto* room = registry_.find_room(room_id);
    return room != nullptr && views_.is_starting(*room);
}

std::string room_api::no_such_room(const std::string& room_id) const {
    const auto* reason = registry_.why_gone(room_id);
    return reason == nullptr ? "there is no such room" : "the room is gone: " + *reason;
}

httpd::response room_api::connection_info_answer(const std::string& room_id) const {
    const auto* room = registry_.find_room(room_id);
    auto answer = room == nullptr ? httpd::error_response(404, no_such_room(room_id))
                                  : httpd::response(hathora::get_connection_info.success_status,
                                                    json::to_string(views_.connection_info(*room)));
    announce_extensions(answer);
    return answer;
}

httpd::response room_api::connection_infos_answer(const std::vector<std::string>& room_ids) const {
    std::vector<connection_info_v2> known;
    known.reserve(room_ids.size());
    for (const auto& room_id : room_ids) {
        if (const auto* room = registry_.find_room(room_id)) {
            known.push_back(views_.connection_info(*room));
        }
    }
    httpd::response answer(hathora::get_connection_infos.success_status, json::to_string(known));
    announce_extensions(answer);
    return answer;
}

bool room_api::refuse_without_descriptors(call& current) {
    if (has_descriptors_left()) {
        return false;
    }
    current.fail(503,
                 "the room service has no file descriptors left; raise its limit, or stop rooms");
    return true;
}

const room_record* room_api::make_room(call& current) {
    if (refuse_without_descriptors(current)) {
        return nullptr;
    }
    auto wanted = check_create_room(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return nullptr;
    }
    const auto created = registry_.create_room(now(), wanted->body.region, wanted->room_id,
                                               std::move(wanted->body.room_config));
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return nullptr;
    }
    return registry_.find_room(*created);
}

const room_record* room_api::find_room(call& current) {
    const auto* room = registry_.find_room(current.room_id());
    if (room == nullptr) {
        current.no_such_room();
    }
    return room;
}

void room_api::create_room(call& current) {
    if (const auto* room = make_room(current)) {
        answer_created(current, room->room_id,
                       [this, room_id = room->room_id, status = current.operation.success_status] {
                           const auto& made = *registry_.find_room(room_id);
                           httpd::response answer(status,
                                                  json::to_string(views_.created_room(made)));
                           announce_extensions(answer);
                           return answer;
                       });
    }
}

void room_api::answer_created(call& current, const std::string& room_id,
                              std::function<httpd::response()> make_answer) {
    const auto& process_id = registry_.find_room(room_id)->process_id;
    if (registry_.find_process(process_id)->is_settled) {
        current.responder->send(make_answer());
        return;
    }
    const bool is_held = held_creates_.hold(
        {room_id},
        [this, room_id, process_id, make_answer = std::move(make_answer)] {
            return created_answer(room_id, process_id, make_answer);
        },
        current.responder, longest_create_hold);
    if (!is_held) {
        registry_.destroy_room(now(), room_id);
    }
}

httpd::response room_api::created_answer(const std::string& room_id, const std::string& process_id,
                                         const std::function<httpd::response()>& make_answer) {
    const auto* process = registry_.find_process(process_id);
    const auto* room = registry_.find_room(room_id);
    if (room != nullptr && room->process_id == process_id && process->is_written) {
        return make_answer();
    }
    auto answer = httpd::error_response(404, no_such_room(room_id));
    if (room != nullptr && room->process_id == process_id) {
        // Not yet durable: what nobody was told of may be forgotten, so it is given up instead.
        registry_.destroy_room(now(), room_id);
        boost::asio::post(context_, changed_);
        answer =
            httpd::error_response(503, "the room could not be written down in time; try again");
    } else if (process != nullptr && process->refusal_status != 0) {
        answer = httpd::error_response(process->refusal_status,
                                       "the room can't be had: " + process->exit_reason);
    }
    if (answer.status == 503 || answer.status == 429) {
        answer.fields.emplace_back("Retry-After", "1");
    }
    return answer;
}

void room_api::create_room_v1(call& current) {
    if (const auto* room = make_room(current)) {
        answer_created(current, room->room_id,
                       [room_id = room->room_id, status = current.operation.success_status] {
                           return httpd::response(status, json::to_string(room_id));
                       });
    }
}

void room_api::get_room_info(call& current) {
    if (const auto* room = find_room(current)) {
        current.succeed(views_.room_info(*room));
    }
}

void room_api::get_connection_info_v1(call& current) {
    if (const auto* room = find_room(current)) {
        current.succeed(views_.connection_info_v1(*room));
    }
}

void room_api::get_connection_info(call& current) {
    const auto patience = check_wait(current.received, longest_hold);
    if (patience.has_error()) {
        current.responder->send(patience.error());
        return;
    }
    if (*patience > duration::zero() && is_starting(current.room_id())) {
        held_.hold(
            {current.room_id()},
            [this, room_id = current.room_id()] { return connection_info_answer(room_id); },
            current.responder, *patience);
        return;
    }
    current.responder->send(connection_info_answer(current.room_id()));
}

void room_api::get_connection_infos(call& current) {
    const auto patience = check_wait(current.received, longest_hold);
    if (patience.has_error()) {
        current.responder->send(patience.error());
        return;
    }
    auto room_ids = check_room_ids(current.received, largest_batch);
    if (room_ids.has_error()) {
        auto refusal = std::move(room_ids).error();
        announce_extensions(refusal);
        current.responder->send(std::move(refusal));
        return;
    }
    const bool all_starting =
        std::all_of(room_ids->begin(), room_ids->end(),
                    [this](const std::string& room_id) { return is_starting(room_id); });
    if (*patience > duration::zero() && all_starting) {
        held_.hold(
            *room_ids, [this, asked = *room_ids] { return connection_infos_answer(asked); },
            current.responder, *patience);
        return;
    }
    current.responder->send(connection_infos_answer(*room_ids));
}

void room_api::destroy_room(call& current) {
    if (!registry_.destroy_room(now(), current.room_id())) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

void room_api::update_room_config(call& current) {
    auto wanted = check_update_room(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    if (const auto refused =
            registry_.refuse_config(current.room_id(), wanted->room_config.size())) {
        current.fail(refused->status, refused->message);
        return;
    }
    lobbies_.changed();
    if (!registry_.update_room(current.room_id(), std::move(wanted->room_config))) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

} // namespace roomport::server
