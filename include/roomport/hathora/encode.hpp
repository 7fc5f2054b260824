#pragma once

/// @file
/// Makes the HTTP request of an operation from the description of its request.

#include <roomport/export.hpp>
#include <roomport/hathora/operation.hpp>
#include <roomport/hathora/request_builder.hpp>
#include <roomport/json/writer.hpp>
#include <roomport/model/create_lobby_v3_params.hpp>
#include <roomport/model/create_room_params.hpp>
#include <roomport/model/nickname_object.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/update_room_config_params.hpp>
#include <roomport/model/wire_name.hpp>
#include <roomport/secret.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace roomport::hathora {

/// Says what is wrong with the body of a request, before anything is sent: `to.refuse()` with which member, and what it
/// must be. This one is for bodies with no rule of their own; a body of yours with rules has an overload in its
/// namespace.
template <class Body>
void check_body(request_builder& to, const Body& body) {
    static_cast<void>(to);
    static_cast<void>(body);
}

/// @copydoc check_body(request_builder&,const Body&)
ROOMPORT_EXPORT void check_body(request_builder& to, const create_room_params& body);

/// @copydoc check_body(request_builder&,const Body&)
ROOMPORT_EXPORT void check_body(request_builder& to, const update_room_config_params& body);

/// @copydoc check_body(request_builder&,const Body&)
ROOMPORT_EXPORT void check_body(request_builder& to, const create_lobby_v3_params& body);

/// @copydoc check_body(request_builder&,const Body&)
ROOMPORT_EXPORT void check_body(request_builder& to, const nickname_object& body);

namespace detail {

/// Adds one member of a request, by its type. A class, so that each of them finds all others.
class ROOMPORT_EXPORT member_encoder {
public:
    member_encoder(request_builder& builder, std::string_view wire_name)
        : to_(builder), name_(wire_name) {}

    void add(const std::string& value) { to_.parameter(name_, value); }
    void add(const secret& player_token) { to_.token(player_token); }
    void add(const std::vector<std::string>& ids) { to_.id_list(name_, ids); }
    void add_integer(std::int64_t value);
    void add_number(double value);

    template <class E>
    void add(const open_enum<E>& value) {
        to_.parameter(name_, value.text());
    }

    template <class T>
    void add(const std::optional<T>& value) {
        if (value) {
            add(*value);
        }
    }

    template <class T>
    void add(const std::vector<T>& values) {
        for (const T& each : values) {
            add(each);
        }
    }

    template <class T>
    void add(const T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            to_.parameter(name_, value ? "true" : "false");
        } else if constexpr (std::is_same_v<T, double>) {
            add_number(value);
        } else {
            static_assert(std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>,
                          "a member of a request other than its body is a bool, std::int32_t, "
                          "std::int64_t, double, std::string, secret, open_enum, or a std::vector "
                          "or std::optional of one");
            add_integer(value);
        }
    }

private:
    request_builder& to_;
    std::string_view name_;
};

template <class Member>
inline constexpr bool is_body = std::string_view(Member::name) == "body";

} // namespace detail

/// The request of an operation as it goes over the wire, checked. Thread-safe.
/// @param what    the operation.
/// @param request what it takes, of a described class; see @ref operation for what becomes of its members.
/// @param app_id  the app, which must itself be a valid id.
template <class Request>
encoded_request encode(const operation_description& what, const Request& request,
                       std::string_view app_id) {
    static_assert(boost::describe::has_describe_members<Request>::value,
                  "the request of an operation is a described class: BOOST_DESCRIBE_STRUCT");
    using members = boost::describe::describe_members<Request, boost::describe::mod_public |
                                                                   boost::describe::mod_inherited>;
    request_builder builder(what, app_id);
    boost::mp11::mp_for_each<members>([&](auto member) {
        const auto& value = request.*member.pointer;
        if constexpr (detail::is_body<decltype(member)>) {
            static_assert(json::document<std::remove_cvref_t<decltype(value)>>,
                          "the body of a request is a described model with model_traits, a "
                          "std::vector of one, or a std::string");
            check_body(builder, value);
            builder.body(json::to_string(value));
        } else {
            detail::member_encoder(builder, wire_name(member.name)).add(value);
        }
    });
    return builder.finish();
}

} // namespace roomport::hathora
