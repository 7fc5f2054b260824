#include <roomport/hathora/encode.hpp>

#include <roomport/hathora/limits.hpp>

#include <charconv>
#include <cmath>

namespace roomport::hathora {
namespace {

void check_choice(request_builder& to, std::string_view name, std::string_view text) {
    if (text.empty() || !json::is_utf8(text)) {
        to.refuse(std::string(name) + " is missing, or not valid UTF-8");
    }
}

void check_room_config(request_builder& to, std::string_view text) {
    if (!json::is_utf8(text) || json::count_characters(text) > longest_room_config) {
        to.refuse("roomConfig must be valid UTF-8 of at most 10000 characters");
    }
}

} // namespace

void check_body(request_builder& to, const create_room_params& body) {
    check_choice(to, "region", body.region.text());
    check_room_config(to, body.room_config.value_or(""));
}

void check_body(request_builder& to, const update_room_config_params& body) {
    check_room_config(to, body.room_config);
}

void check_body(request_builder& to, const create_lobby_v3_params& body) {
    check_choice(to, "visibility", body.visibility.text());
    check_choice(to, "region", body.region.text());
    check_room_config(to, body.room_config.value_or(""));
}

void check_body(request_builder& to, const nickname_object& body) {
    if (!json::is_utf8(body.nickname)) {
        to.refuse("nickname must be valid UTF-8");
    }
}

namespace detail {

void member_encoder::add_integer(std::int64_t value) {
    if (value < 0) {
        to_.refuse(std::string(name_) + " must not be negative");
    }
    to_.parameter(name_, std::to_string(value));
}

void member_encoder::add_number(double value) {
    if (!std::isfinite(value)) {
        to_.refuse(std::string(name_) + " must be a finite number");
    }
    char text[32];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    to_.parameter(name_, std::string_view(text, static_cast<std::size_t>(end - text)));
}

} // namespace detail

} // namespace roomport::hathora
