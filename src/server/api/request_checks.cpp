#include "server/api/request_checks.hpp"

#include <roomport/error.hpp>
#include <roomport/hathora/limits.hpp>
#include <roomport/hathora/room_id.hpp>
#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace roomport::server {
namespace {

using hathora::longest_room_config;
using hathora::longest_short_code;
constexpr std::size_t longest_nickname = 1000;

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

/// @param not_json the status for a body that is not JSON: not every operation has a 400.
template <class Model>
checked<Model> read_body(const httpd::request& received, int not_json) {
    if (received.body.empty()) {
        return httpd::error_response(not_json, "the request needs a JSON body");
    }
    json::read_error details;
    auto read = json::read<Model>(received.body, &details);
    if (read.has_error()) {
        const int status = read.error() == errc::parse ? not_json : 422;
        return httpd::error_response(status, "the body can't be read: " + details.message());
    }
    return std::move(*read);
}

std::optional<httpd::response> check_config(const std::optional<std::string>& config) {
    if (config && json::count_characters(*config) > longest_room_config) {
        return httpd::error_response(422, "roomConfig is longer than 10000 characters");
    }
    if (config && config->find('\0') != std::string::npos) {
        return httpd::error_response(
            422, "roomConfig holds a zero byte, which the environment of a game server can't; "
                 "encode what is binary, as in base64");
    }
    return std::nullopt;
}

checked<std::optional<std::string>> check_room_id(const httpd::request& received) {
    const auto room_id = received.find_query("roomId");
    if (!room_id) {
        return std::optional<std::string>();
    }
    if (!hathora::is_valid_id(*room_id)) {
        return httpd::error_response(422, "roomId must be " + std::string(hathora::id_rule));
    }
    return std::optional<std::string>(*room_id);
}

checked<std::optional<std::string>> check_short_code(const httpd::request& received) {
    const auto code = received.find_query("shortCode");
    if (!code) {
        return std::optional<std::string>();
    }
    const auto length = json::count_characters(*code);
    if (length == 0 || length > longest_short_code || !json::is_utf8(*code)) {
        return httpd::error_response(422, "shortCode must be 1 to 100 characters");
    }
    return std::optional<std::string>(*code);
}

/// What the bodies of a new room and of a new lobby have in common.
template <class Params>
checked<Params> read_room_params(const httpd::request& received) {
    auto body = read_body<Params>(received, 400);
    if (body.has_error()) {
        return body;
    }
    const auto where = check_region(body->region.text());
    if (where.has_error()) {
        return where.error();
    }
    if (auto failure = check_config(body->room_config)) {
        return *std::move(failure);
    }
    return body;
}

} // namespace

checked<region> check_region(std::string_view text) {
    if (const auto known = enum_from_text<region>(text)) {
        return *known;
    }
    std::string message = "region must be one of";
    for (const auto name : wire_texts(region{})) {
        message += ' ';
        message += name;
    }
    return httpd::error_response(422, message);
}

checked<hathora::create_room_request> check_create_room(const httpd::request& received) {
    auto room_id = check_room_id(received);
    if (room_id.has_error()) {
        return room_id.error();
    }
    auto body = read_room_params<create_room_params>(received);
    if (body.has_error()) {
        return body.error();
    }
    hathora::create_room_request result;
    result.room_id = *std::move(room_id);
    result.body = *std::move(body);
    return result;
}

checked<hathora::create_lobby_request> check_create_lobby(const httpd::request& received) {
    auto room_id = check_room_id(received);
    if (room_id.has_error()) {
        return room_id.error();
    }
    auto short_code = check_short_code(received);
    if (short_code.has_error()) {
        return short_code.error();
    }
    auto body = read_room_params<create_lobby_v3_params>(received);
    if (body.has_error()) {
        return body.error();
    }
    if (!body->visibility.known()) {
        return httpd::error_response(422, "visibility must be one of private public local");
    }
    hathora::create_lobby_request result;
    result.room_id = *std::move(room_id);
    result.short_code = *std::move(short_code);
    result.body = *std::move(body);
    return result;
}

checked<nickname_object> check_nickname(const httpd::request& received) {
    auto body = read_body<nickname_object>(received, 422);
    if (body.has_value() && json::count_characters(body->nickname) > longest_nickname) {
        return httpd::error_response(422, "nickname is longer than 1000 characters");
    }
    return body;
}

checked<update_room_config_params> check_update_room(const httpd::request& received) {
    auto body = read_body<update_room_config_params>(received, 422);
    if (body.has_value()) {
        if (auto failure = check_config(body->room_config)) {
            return *std::move(failure);
        }
    }
    return body;
}

checked<std::optional<region>> check_region_filter(const httpd::request& received) {
    const auto text = received.find_query("region");
    if (!text) {
        return std::optional<region>();
    }
    const auto known = check_region(*text);
    if (known.has_error()) {
        return known.error();
    }
    return std::optional<region>(*known);
}

checked<process_filter> check_process_filter(const httpd::request& received) {
    process_filter filter;
    for (const auto& parameter : received.query) {
        if (parameter.name == "region") {
            const auto known = check_region(parameter.value);
            if (known.has_error()) {
                return known.error();
            }
            filter.regions.push_back(*known);
        } else if (parameter.name == "status") {
            const auto known = enum_from_text<process_status>(parameter.value);
            if (!known) {
                return httpd::error_response(422, "status must be one of starting running draining "
                                                  "stopping stopped failed");
            }
            filter.status.push_back(*known);
        } else if (parameter.name == "before") {
            auto number = parse_number(parameter.value);
            // What a timestamp of microseconds can hold, with room to spare.
            if (!number || std::abs(*number) > 1e15) {
                return httpd::error_response(422, "before must be a unix time");
            }
            if (std::abs(*number) < 1e11) {
                *number *= 1000;
            }
            filter.before =
                timestamp(std::chrono::microseconds(static_cast<std::int64_t>(*number * 1000)));
        }
    }
    return filter;
}

checked<std::vector<std::string>> check_room_ids(const httpd::request& received, std::size_t most) {
    std::vector<std::string> ids;
    std::unordered_set<std::string_view> seen;
    for (const auto& parameter : received.query) {
        if (parameter.name != "ids") {
            continue;
        }
        std::string_view rest = parameter.value;
        while (true) {
            const auto end = std::min(rest.find(','), rest.size());
            const auto id = rest.substr(0, end);
            if (!hathora::is_valid_id(id)) {
                return httpd::error_response(422,
                                             "ids must be room ids, separated by commas, each " +
                                                 std::string(hathora::id_rule));
            }
            if (ids.size() == most) {
                return httpd::error_response(422, "ids names more than " + std::to_string(most) +
                                                      " rooms; ask in several requests");
            }
            if (!seen.insert(id).second) {
                return httpd::error_response(422,
                                             "ids names the room " + std::string(id) + " twice");
            }
            ids.emplace_back(id);
            if (end == rest.size()) {
                break;
            }
            rest.remove_prefix(end + 1);
        }
    }
    if (ids.empty()) {
        return httpd::error_response(422, "ids must name at least one room");
    }
    return ids;
}

checked<duration> check_wait(const httpd::request& received, duration longest) {
    const auto text = received.find_query("wait");
    if (!text) {
        return duration::zero();
    }
    const auto seconds = parse_number(*text);
    if (!seconds || *seconds < 0) {
        return httpd::error_response(422, "wait must be a number of seconds");
    }
    const std::chrono::duration<double> most = longest;
    return std::chrono::duration_cast<duration>(
        std::min(std::chrono::duration<double>(*seconds), most));
}

} // namespace roomport::server
