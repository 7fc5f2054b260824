#pragma once

#include <roomport/clock.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>
#include <roomport/secret.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace roomport::server {

/// Who a player is.
class player {
public:
    player() = default;
    player(std::string how, text_or_number who, std::string called)
        : type(std::move(how)), id(std::move(who)), name(std::move(called)) {}
    friend bool operator==(const player&, const player&) = default;

    /// How the player logged in, "anonymous" or "nickname".
    std::string type;
    text_or_number id;
    std::string name;
};

/// Makes and checks the tokens of players: JSON web tokens (RFC 7519) with the signature HS256 by the app's secret. Game
/// servers and backends check them with that secret, too, and may make their own.
class player_tokens {
public:
    /// @param lifetime how long what is issued is good, from then.
    explicit player_tokens(secret app_secret, duration lifetime = std::chrono::hours(24 * 30))
        : secret_(std::move(app_secret)), lifetime_(lifetime) {}

    /// A token with the claims `type`, `id`, `name`, `iat` and `exp`.
    /// @param who with a text as id.
    std::string issue(const player& who, timestamp now) const;

    /// Who has a token; nothing unless it has a good signature, an `id`, no member twice, and is neither expired (`exp`)
    /// nor too early (`nbf`), nor was issued (`iat`) more than a minute in the future.
    std::optional<player> check(std::string_view token, timestamp now) const;

private:
    std::string sign(std::string_view text) const;

    secret secret_;
    duration lifetime_;
};

} // namespace roomport::server
