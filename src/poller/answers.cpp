#include "poller/answers.hpp"

#include "program/report.hpp"

#include <roomport/json/object_writer.hpp>
#include <roomport/wait/verdict.hpp>

#include <chrono>
#include <utility>

namespace roomport::poller {
namespace {

bool is_for_ever(error_code ec) {
    observation seen;
    seen.state = observed_state::failed;
    seen.error = ec;
    return judge(default_acceptors(), seen) == verdict::never;
}

} // namespace

std::string_view outcome_word(error_code ec) {
    if (!ec) {
        return "ready";
    }
    if (ec == error_code(error::deadline_passed)) {
        return "deadline";
    }
    return is_for_ever(ec) ? "never" : "error";
}

room_result to_result(std::string_view room, error_code ec, const wait_result& result) {
    if (!ec) {
        return {200, program::to_json(room, result)};
    }
    const auto outcome = outcome_word(ec);
    int status = 502;
    if (outcome == "deadline") {
        status = 504;
    } else if (outcome == "never") {
        status = 410;
    }
    return {status, program::to_json(program::to_failure(std::string(room), ec, result.evidence))};
}

httpd::response to_response(std::string_view room, const room_view& known, time_point now) {
    if (known.result != nullptr) {
        return {known.result->http_status, known.result->body};
    }
    json::object_writer object;
    object.member("roomId", room);
    if (known.last_status.empty()) {
        object.null("status");
    } else {
        object.member("status", known.last_status);
    }
    object.null("exposedPort");
    object.raw("additionalExposedPorts", "[]");
    object.member("polls", known.polls);
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - known.since);
    object.member("elapsedMs", elapsed.count());
    return {202, object.to_string()};
}

httpd::response refusal(int status, error_code ec, std::string message, std::string_view room) {
    program::failure what;
    if (!room.empty()) {
        what.room_id = std::string(room);
    }
    what.error = ec;
    what.http_status = ec.category() == http_status_category() ? ec.value() : 0;
    what.message = std::move(message);
    return {status, program::to_json(what)};
}

} // namespace roomport::poller
