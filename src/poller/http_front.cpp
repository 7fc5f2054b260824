#include "poller/http_front.hpp"

#include "poller/answers.hpp"
#include "poller/local_host.hpp"
#include "poller/room_request.hpp"

#include "program/metric_families.hpp"
#include "program/printable.hpp"

#include <roomport/hathora/room_id.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace roomport::poller {
namespace {

enum route_number : std::size_t { post_room, get_room, delete_room, health, readiness, numbers };

class route_text {
public:
    const char* method;
    const char* path;
};

constexpr std::array<route_text, 6> routes{{{"POST", "/v1/rooms"},
                                            {"GET", "/v1/rooms/{roomId}"},
                                            {"DELETE", "/v1/rooms/{roomId}"},
                                            {"GET", "/healthz"},
                                            {"GET", "/readyz"},
                                            {"GET", "/metrics"}}};

std::string room_id_rule() {
    return "a room id is " + std::string(hathora::id_rule);
}

/// Counts the answer on its way.
class counted_responder final : public httpd::responder {
public:
    counted_responder(std::shared_ptr<httpd::responder> inner, metrics& counts, std::string route)
        : inner_(std::move(inner)), counts_(counts), route_(std::move(route)) {}

    void send(httpd::response answer) override {
        counts_.answered(route_, answer.status);
        answer.fields.emplace_back("Cache-Control", "no-store");
        inner_->send(std::move(answer));
    }

    bool hold(std::size_t keys) override { return inner_->hold(keys); }

    void on_abandoned(std::function<void()> callback) override {
        inner_->on_abandoned(std::move(callback));
    }

private:
    std::shared_ptr<httpd::responder> inner_;
    metrics& counts_;
    std::string route_;
};

httpd::response plain(int status, std::string text) {
    httpd::response answer(status, std::move(text));
    answer.content_type = "text/plain; charset=utf-8";
    return answer;
}

} // namespace

http_front::http_front(waiting_rooms& rooms, metrics& metrics, log& log, metrics_source snapshot)
    : rooms_(rooms), metrics_(metrics), log_(log), snapshot_(std::move(snapshot)) {
    for (const auto& each : routes) {
        router_.add(each.method, each.path);
    }
}

void http_front::require_token(const std::optional<secret>& token) {
    token_ = token ? std::optional<program::token_check>(*token) : std::nullopt;
}

httpd::response http_front::refuse(int status, std::string_view why) {
    metrics_.answered("invalid", status);
    const bool is_to_blame = status != 429 && status != 503;
    return refusal(status, is_to_blame ? error::invalid_argument : make_http_status_error(status),
                   std::string(why));
}

void http_front::handle(httpd::request received, std::shared_ptr<httpd::responder> responder) {
    using kind = httpd::router::result::kind;
    const auto found = router_.find(received.method, received.path);
    const std::string label =
        found.what == kind::found
            ? std::string(routes.at(found.route).method) + " " + routes.at(found.route).path
            : "other";
    const auto counted = std::make_shared<counted_responder>(std::move(responder), metrics_, label);
    if (found.what == kind::unknown_path) {
        counted->send(
            refusal(404, error::invalid_argument,
                    "this path does not exist; rooms are at /v1/rooms and /v1/rooms/ROOM"));
        return;
    }
    if (found.what == kind::wrong_method) {
        auto answer = refusal(405, error::invalid_argument,
                              "this method is not for this path; allowed: " + found.allowed);
        answer.fields.emplace_back("Allow", found.allowed);
        counted->send(std::move(answer));
        return;
    }
    if (received.count("Authorization") > 1) {
        counted->send(refusal(400, error::invalid_argument,
                              "the request has several Authorization fields; send one"));
        return;
    }
    if (auto refused = refuse_stranger(found.route, received)) {
        counted->send(std::move(*refused));
        return;
    }
    try {
        answer(found.route, found.values.get("roomId"), received, counted);
    } catch (const std::exception& failure) {
        log_.error("request_failed",
                   json::object_writer().member("route", label).member("why", failure.what()));
        counted->send(refusal(500, make_http_status_error(500),
                              "the request could not be answered; see the daemon's log"));
    }
}

std::optional<httpd::response> http_front::refuse_stranger(std::size_t route,
                                                           const httpd::request& received) const {
    // A supervisor that asks whether the daemon lives has no token, and learns nothing else.
    if (route == health || route == readiness) {
        return std::nullopt;
    }
    if (token_) {
        if (token_->accepts(received.find("Authorization").value_or(""))) {
            return std::nullopt;
        }
        auto answer = refusal(401, make_http_status_error(401),
                              "send the daemon's token: Authorization: Bearer TOKEN");
        answer.fields.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }
    // Any page that a browser on this machine shows could ask otherwise; one whose own name was made to lead here sends
    // no Origin, but that name.
    if (received.find("Origin")) {
        return refusal(403, make_http_status_error(403),
                       "web pages may not ask here unless listen.token_file is set");
    }
    const auto host = received.find("Host").value_or("");
    if (!is_local_host(host)) {
        return refusal(403, make_http_status_error(403),
                       "the host '" + program::printable(host) +
                           "' may not be asked for unless listen.token_file is set; ask for an IP "
                           "address or localhost");
    }
    return std::nullopt;
}

void http_front::answer(std::size_t route, const std::string& room, const httpd::request& received,
                        const std::shared_ptr<httpd::responder>& responder) {
    switch (route) {
    case post_room:
        responder->send(add_room(received));
        return;
    case health:
        responder->send(plain(200, "ok\n"));
        return;
    case readiness:
        responder->send(draining_ ? plain(503, "stopping\n") : plain(200, "ready\n"));
        return;
    case numbers: {
        httpd::response answer(200, metrics_.to_text(snapshot_()));
        answer.content_type = program::exposition_media_type;
        responder->send(std::move(answer));
        return;
    }
    default:
        break;
    }
    if (!hathora::is_valid_id(room)) {
        responder->send(refusal(400, error::invalid_argument, room_id_rule()));
        return;
    }
    if (route == delete_room) {
        if (rooms_.remove(room)) {
            responder->send(httpd::response(204, ""));
        } else {
            responder->send(refusal(404, error::invalid_argument,
                                    "this room is not known here: nobody registered it, or its "
                                    "result is no longer kept",
                                    room));
        }
        return;
    }
    const auto patience = read_patience(received.find_query("wait").value_or("0"));
    if (!patience) {
        responder->send(refusal(400, error::invalid_argument,
                                "wait is a number of whole seconds, like wait=30", room));
        return;
    }
    rooms_.answer(room, draining_ ? duration::zero() : *patience, responder);
}

httpd::response http_front::add_room(const httpd::request& received) {
    if (draining_) {
        return refusal(503, make_http_status_error(503), "the daemon is stopping");
    }
    const auto wanted = read_room_request(received.body);
    if (wanted.has_error()) {
        return refusal(400, error::invalid_argument, wanted.error());
    }
    if (!hathora::is_valid_id(wanted->room_id)) {
        return refusal(400, error::invalid_argument, "roomId: " + room_id_rule());
    }
    if (!rooms_.add(wanted->room_id, wanted->timeout)) {
        auto answer = refusal(429, error::queue_full,
                              "there are as many rooms here as may be; forget some with DELETE, or "
                              "try again later",
                              wanted->room_id);
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(rooms_.until_place()).count() + 1;
        answer.fields.emplace_back("Retry-After", std::to_string(seconds));
        return answer;
    }
    auto answer = rooms_.now(wanted->room_id);
    answer.fields.emplace_back("Location", "/v1/rooms/" + wanted->room_id);
    return answer;
}

} // namespace roomport::poller
