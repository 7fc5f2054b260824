#include "hathora/encode.hpp"

#include "model/wire_name.hpp"

#include <roomport/hathora/limits.hpp>
#include <roomport/hathora/operations.hpp>
#include <roomport/json/writer.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>

#include <charconv>
#include <cmath>
#include <type_traits>

namespace roomport::hathora {
namespace {

void add(request_builder& to, std::string_view name, const std::string& value) {
    to.parameter(name, value);
}

void add(request_builder& to, std::string_view, const secret& player_token) {
    to.token(player_token);
}

template <class E>
void add(request_builder& to, std::string_view name, const open_enum<E>& value) {
    to.parameter(name, value.text());
}

void add(request_builder& to, std::string_view name, std::int32_t value) {
    if (value < 0) {
        to.refuse(std::string(name) + " must not be negative");
    }
    to.parameter(name, std::to_string(value));
}

void add(request_builder& to, std::string_view name, const std::vector<std::string>& ids) {
    to.id_list(name, ids);
}

void add(request_builder& to, std::string_view name, double value) {
    if (!std::isfinite(value)) {
        to.refuse(std::string(name) + " must be a finite number");
    }
    char text[32];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    to.parameter(name, std::string_view(text, static_cast<std::size_t>(end - text)));
}

template <class T>
void add(request_builder& to, std::string_view name, const std::optional<T>& value) {
    if (value) {
        add(to, name, *value);
    }
}

template <class T>
void add(request_builder& to, std::string_view name, const std::vector<T>& values) {
    for (const auto& each : values) {
        add(to, name, each);
    }
}

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

void check(request_builder& to, const create_room_params& body) {
    check_choice(to, "region", body.region.text());
    check_room_config(to, body.room_config.value_or(""));
}

void check(request_builder& to, const update_room_config_params& body) {
    check_room_config(to, body.room_config);
}

void check(request_builder& to, const create_lobby_v3_params& body) {
    check_choice(to, "visibility", body.visibility.text());
    check_choice(to, "region", body.region.text());
    check_room_config(to, body.room_config.value_or(""));
}

void check(request_builder& to, const nickname_object& body) {
    if (!json::is_utf8(body.nickname)) {
        to.refuse("nickname must be valid UTF-8");
    }
}

template <class Member>
constexpr bool is_body = std::string_view(Member::name) == "body";

} // namespace

template <class Request>
encoded_request encode(const operation_description& what, const Request& request,
                       std::string_view app_id) {
    using members = boost::describe::describe_members<Request, boost::describe::mod_public>;
    request_builder builder(what, app_id);
    boost::mp11::mp_for_each<members>([&](auto member) {
        const auto& value = request.*member.pointer;
        if constexpr (is_body<decltype(member)>) {
            check(builder, value);
            builder.body(json::to_string(value));
        } else {
            add(builder, wire_name(member.name), value);
        }
    });
    return builder.finish();
}

template encoded_request encode(const operation_description&, const app_request&, std::string_view);
template encoded_request encode(const operation_description&, const room_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const rooms_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const process_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const create_room_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const update_room_config_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const process_list_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const process_filter_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const process_filter_v2_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const create_process_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const login_nickname_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const create_lobby_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const short_code_request&,
                                std::string_view);
template encoded_request encode(const operation_description&, const lobby_list_request&,
                                std::string_view);

} // namespace roomport::hathora
