#include "server/request_checks.hpp"

#include <roomport/error.hpp>
#include <roomport/hathora/room_id.hpp>
#include <roomport/json/reader.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace roomport::server {
namespace {

constexpr std::size_t longest_room_config = 10000;

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

template <class Model>
checked<Model> read_body(const httpd::request& received) {
    if (received.body.empty()) {
        return httpd::error_response(400, "the request needs a JSON body");
    }
    json::read_error details;
    auto read = json::read<Model>(received.body, &details);
    if (read.has_error()) {
        const int status = read.error() == errc::parse ? 400 : 422;
        return httpd::error_response(status, "the body can't be read: " + details.message());
    }
    return std::move(*read);
}

std::optional<httpd::response> check_config(const std::string& config) {
    // Characters, not bytes: all but the first byte of each have the form 10xxxxxx.
    const auto characters = std::count_if(config.begin(), config.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    if (static_cast<std::size_t>(characters) > longest_room_config) {
        return httpd::error_response(422, "roomConfig is longer than 10000 characters");
    }
    return std::nullopt;
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
    hathora::create_room_request result;
    if (const auto room_id = received.find_query("roomId")) {
        if (!hathora::is_valid_id(*room_id)) {
            return httpd::error_response(
                422, "roomId must be 1 to 100 letters, digits, underscores or hyphens");
        }
        result.room_id = std::string(*room_id);
    }
    auto body = read_body<create_room_params>(received);
    if (body.has_error()) {
        return body.error();
    }
    const auto where = check_region(body->region.text());
    if (where.has_error()) {
        return where.error();
    }
    if (body->room_config) {
        if (auto failure = check_config(*body->room_config)) {
            return *std::move(failure);
        }
    }
    result.body = std::move(*body);
    return result;
}

checked<update_room_config_params> check_update_room(const httpd::request& received) {
    auto body = read_body<update_room_config_params>(received);
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
            if (*number < 1e11) {
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
                return httpd::error_response(422, "ids must be room ids, separated by commas: 1 to "
                                                  "100 letters, digits, underscores or hyphens "
                                                  "each");
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
