#include <roomport/hathora/request_builder.hpp>

#include "hathora/token_text.hpp"

#include <roomport/hathora/limits.hpp>
#include <roomport/hathora/room_id.hpp>
#include <roomport/json/writer.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace roomport::hathora {
namespace {

constexpr std::size_t document_limit = std::size_t{1} << 20U;
constexpr std::size_t list_limit = std::size_t{16} << 20U;

std::string percent_encode(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

} // namespace

request_builder::request_builder(const operation_description& what, std::string_view app_id)
    : path_(what.path) {
    result_.request.verb = what.verb;
    result_.request.repeatable = what.repeatable;
    result_.request.body_limit = what.size == response_size::list ? list_limit : document_limit;
    if (path_.find("{appId}") != std::string::npos) {
        parameter("appId", app_id);
    }
}

void request_builder::parameter(std::string_view wire_name, std::string_view value) {
    std::string placeholder;
    placeholder.append("{").append(wire_name).append("}");
    const auto at = path_.find(placeholder);
    const bool in_path = at != std::string::npos;
    if (wire_name == "shortCode") {
        check_short_code(value);
        // Whoever passes such a path on may resolve it.
        if (in_path && (value == "." || value == "..")) {
            refuse("shortCode must not be \".\" or \"..\", which no path can hold");
        }
    } else if (in_path || wire_name == "roomId") {
        check_id(wire_name, value);
    }
    if (in_path) {
        path_.replace(at, placeholder.size(), percent_encode(value));
        return;
    }
    append_name(wire_name);
    query_ += percent_encode(value);
}

void request_builder::id_list(std::string_view wire_name, const std::vector<std::string>& ids) {
    if (ids.empty()) {
        refuse(std::string(wire_name) + " must name at least one room");
    }
    append_name(wire_name);
    for (std::size_t index = 0; index < ids.size(); ++index) {
        check_id(wire_name, ids[index]);
        query_ += index == 0 ? "" : ",";
        query_ += ids[index];
    }
    std::vector<std::string_view> sorted(ids.begin(), ids.end());
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        refuse(std::string(wire_name) + " must name no room twice");
    }
}

void request_builder::append_name(std::string_view wire_name) {
    query_ += query_.empty() ? '?' : '&';
    query_ += percent_encode(wire_name);
    query_ += '=';
}

void request_builder::token(const secret& player_token) {
    if (!is_token(player_token.reveal())) {
        refuse("the player's token is missing, or has characters that no token has");
    }
    result_.request.token = player_token;
}

void request_builder::body(std::string json) {
    result_.request.fields.emplace_back("Content-Type", "application/json");
    result_.request.body = std::move(json);
}

void request_builder::refuse(std::string message) {
    if (!result_.error) {
        result_.error = error::invalid_argument;
        result_.message = std::move(message);
    }
}

encoded_request request_builder::finish() {
    // What was put in has no brace.
    const auto open = path_.find('{');
    if (open != std::string::npos) {
        refuse("no member of the request fills " +
               path_.substr(open, path_.find('}', open) - open + 1) + " in the operation's path");
    }
    if (!result_.error) {
        result_.request.target = path_ + query_;
    }
    return std::move(result_);
}

void request_builder::check_id(std::string_view wire_name, std::string_view value) {
    if (!is_valid_id(value)) {
        refuse(std::string(wire_name) + " must be " + std::string(id_rule));
    }
}

void request_builder::check_short_code(std::string_view value) {
    const auto characters = json::count_characters(value);
    if (!json::is_utf8(value) || characters == 0 || characters > longest_short_code) {
        refuse("shortCode must be valid UTF-8 of 1 to 100 characters");
    }
}

} // namespace roomport::hathora
