#include "server/api/room_api.hpp"

#include "program/authorization.hpp"
#include "server/api/api_call.hpp"
#include "server/api/cross_origin.hpp"

#include <string>
#include <utility>

namespace roomport::server {
namespace {

httpd::response unauthorized(const hathora::operation_description& operation) {
    auto answer = httpd::error_response(
        401, operation.auth == hathora::authentication::player
                 ? "the player's token is missing, wrong or expired; log in and send the token "
                   "from there as a bearer token"
                 : "the token is missing or wrong; send the service's token as a bearer token");
    answer.fields.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
}

} // namespace

room_api::room_api(boost::asio::io_context& context, api_settings settings, room_registry& registry,
                   std::function<void()> changed)
    : state_(context, std::move(settings), registry, std::move(changed)),
      operations_(all_answered_operations()) {
    for (const auto& each : operations_) {
        router_.add(each.operation.verb == http::method::get ? "GET" : "POST", each.operation.path);
    }
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
        verdict.most_body = small_body;
        return verdict;
    }
    const auto& target = operations_[found.route];
    std::optional<player> who;
    if (!is_authorized(target.operation, head, who)) {
        verdict.refusal = unauthorized(target.operation);
    }
    verdict.most_body = target.most_body;
    return verdict;
}

void room_api::handle(httpd::request received, const std::shared_ptr<httpd::responder>& responder) {
    const auto found = router_.find(received.method, received.path);
    if (auto answer = misdirected(received, found)) {
        responder->send(std::move(*answer));
        return;
    }
    const auto& target = operations_[found.route];
    api_call current(state_, target.operation, received, found.values, responder);
    if (!is_authorized(target.operation, received, current.who)) {
        responder->send(unauthorized(target.operation));
        return;
    }
    if (received.body.size() > target.most_body) {
        responder->send(httpd::error_response(
            413, "the body is larger than " + std::to_string(target.most_body) + " bytes"));
        return;
    }
    const auto& app_id = found.values.get("appId");
    if (target.operation.path.find("{appId}") != std::string_view::npos &&
        app_id != state_.settings.app_id) {
        responder->send(httpd::error_response(404, "there is no such app here"));
        return;
    }
    target.run(current);
    state_.changed();
}

bool room_api::is_authorized(const hathora::operation_description& operation,
                             const httpd::request& received, std::optional<player>& who) const {
    const auto authorization = received.find("Authorization").value_or("");
    switch (operation.auth) {
    case hathora::authentication::none:
        return true;
    case hathora::authentication::token:
        return state_.token.accepts(authorization);
    case hathora::authentication::player:
        // Old clients send the bare token.
        who = state_.players.check(program::bearer_token(authorization).value_or(authorization),
                                   now().wall);
        return who.has_value();
    }
    return false;
}

void room_api::room_changed(const std::string& room_id) {
    const auto* room = state_.registry.find_room(room_id);
    if (room == nullptr) {
        state_.lobbies.remove(room_id);
    }
    if (room == nullptr || state_.registry.find_process(room->process_id)->is_settled) {
        state_.held_creates.release(room_id);
    }
    if (!state_.is_starting(room_id)) {
        state_.held.release(room_id);
    }
}

void room_api::stop() {
    stopping_ = true;
    state_.held.release_all();
    state_.held_creates.release_all();
}

} // namespace roomport::server
