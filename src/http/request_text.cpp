#include "http/request_text.hpp"

#include "http/ascii.hpp"

#include <algorithm>
#include <array>

namespace roomport::http::detail {
namespace {

// The pool writes these itself, or they would change how the message is framed.
constexpr std::array<std::string_view, 13> reserved_names{
    "Host",    "User-Agent", "Content-Length",     "Authorization", "Transfer-Encoding",
    "TE",      "Trailer",    "Connection",         "Keep-Alive",    "Proxy-Connection",
    "Upgrade", "Expect",     "Proxy-Authorization"};

bool is_reserved(std::string_view name) {
    return std::any_of(
        reserved_names.begin(), reserved_names.end(),
        [name](std::string_view reserved) { return equals_ignoring_case(name, reserved); });
}

bool is_target(std::string_view target) {
    return target.starts_with('/') && std::all_of(target.begin(), target.end(), is_visible) &&
           target.find('#') == std::string_view::npos;
}

bool is_sendable(const field& item) {
    return is_token(item.name) && !is_reserved(item.name) &&
           std::none_of(item.value.begin(), item.value.end(), is_control);
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

error_code check_request(const request& wanted) {
    const auto token = wanted.token.reveal();
    const bool ok = is_target(wanted.target) &&
                    std::all_of(wanted.fields.begin(), wanted.fields.end(), is_sendable) &&
                    std::all_of(token.begin(), token.end(), is_visible);
    return ok ? error_code() : error_code(error::invalid_argument);
}

std::string common_fields(const origin& target, std::string_view user_agent) {
    std::string text;
    append_field(text, "Host", target.host_field());
    append_field(text, "User-Agent", user_agent);
    return text;
}

void write_request(std::string& text, const request& wanted, std::string_view common) {
    constexpr std::size_t room_for_names = 256;
    std::size_t size = room_for_names + wanted.target.size() + common.size() +
                       wanted.token.reveal().size() + wanted.body.size();
    bool has_accept = false;
    bool has_accept_encoding = false;
    for (const auto& item : wanted.fields) {
        size += item.name.size() + item.value.size() + 4;
        has_accept = has_accept || equals_ignoring_case(item.name, "Accept");
        has_accept_encoding =
            has_accept_encoding || equals_ignoring_case(item.name, "Accept-Encoding");
    }
    // A reallocation would leave a copy of the token behind.
    text.reserve(size);
    text.append(to_string(wanted.verb)).append(" ").append(wanted.target).append(" HTTP/1.1\r\n");
    text.append(common);
    if (!has_accept) {
        append_field(text, "Accept", "*/*");
    }
    // Some servers compress unless they are told that nobody asked for it.
    if (!has_accept_encoding) {
        append_field(text, "Accept-Encoding", "identity");
    }
    for (const auto& item : wanted.fields) {
        append_field(text, item.name, item.value);
    }
    if (!wanted.token.empty()) {
        text.append("Authorization: Bearer ").append(wanted.token.reveal()).append("\r\n");
    }
    // A server may wait for a length where the method has a body by its meaning.
    const bool has_body_by_method =
        wanted.verb == method::post || wanted.verb == method::put || wanted.verb == method::patch;
    if (has_body_by_method || !wanted.body.empty()) {
        append_field(text, "Content-Length", std::to_string(wanted.body.size()));
    }
    text.append("\r\n").append(wanted.body);
}

} // namespace roomport::http::detail
