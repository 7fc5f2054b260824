#pragma once

#include <roomport/model/model_traits.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// What a player wants to be called. The body of POST /auth/v1/{appId}/login/nickname.
struct nickname_object {
    nickname_object() = default;

    /// The name, not checked for being somebody else's.
    std::string nickname;

    friend bool operator==(const nickname_object&, const nickname_object&) = default;
};

BOOST_DESCRIBE_STRUCT(nickname_object, (), (nickname))

/// Facts about @ref nickname_object.
template <>
struct model_traits<nickname_object> : default_model_traits {
    static constexpr std::string_view name = "NicknameObject";
};

} // namespace roomport
