#pragma once

#include <roomport/model/model_traits.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// The answer to a player's login.
///
/// Returned by the operations under /auth/v1.
struct player_token_object {
    player_token_object() = default;

    /// A JSON web token, signed with the app's secret, whose claims name the player: `type`, `id`, `name`, `iat`. Whoever
    /// has it is that player: never log it.
    std::string token;

    friend bool operator==(const player_token_object&, const player_token_object&) = default;
};

BOOST_DESCRIBE_STRUCT(player_token_object, (), (token))

/// Facts about @ref player_token_object.
template <>
struct model_traits<player_token_object> : default_model_traits {
    static constexpr std::string_view name = "PlayerTokenObject";
};

} // namespace roomport
