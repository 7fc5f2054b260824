#include "server/api/player_tokens.hpp"

#include "server/api/base64url.hpp"

#include <roomport/json/object_writer.hpp>

#include <boost/json/parse.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace roomport::server {
namespace {

namespace data = boost::json;

std::int64_t unix_seconds(timestamp when) {
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

/// How many members stand in the text of a JSON object, each as often as it does.
std::size_t count_members(std::string_view object) {
    std::size_t members = 0;
    int depth = 0;
    bool is_string = false;
    for (std::size_t at = 0; at < object.size(); ++at) {
        const char c = object[at];
        if (is_string) {
            at += c == '\\' ? 1 : 0;
            is_string = c != '"';
        } else if (c == '"') {
            is_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        } else if (c == ':' && depth == 1) {
            ++members;
        }
    }
    return members;
}

std::optional<data::object> read_object(std::string_view base64url) {
    const auto text = from_base64url(base64url);
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code ec;
    auto value = data::parse(*text, ec);
    if (ec || !value.is_object()) {
        return std::nullopt;
    }
    // Of two members with one name, the next reader may take the other.
    if (count_members(*text) != value.get_object().size()) {
        return std::nullopt;
    }
    return std::move(value.get_object());
}

std::optional<double> read_number(const data::value& value) {
    if (!value.is_number()) {
        return std::nullopt;
    }
    const auto number = value.to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string text_claim(const data::object& claims, std::string_view name) {
    const auto* value = claims.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(text->data(), text->size()) : std::string();
}

bool names_the_algorithm(const data::object& header) {
    // A header that is critical must be understood, and none is understood here.
    return text_claim(header, "alg") == "HS256" && !header.contains("crit");
}

bool is_in_force(const data::object& claims, timestamp now) {
    // The clocks of those who issue differ from ours.
    constexpr double leeway = 60;
    const auto seconds = static_cast<double>(unix_seconds(now));
    if (const auto* issued = claims.if_contains("iat")) {
        const auto begin = read_number(*issued);
        if (!begin || *begin > seconds + leeway) {
            return false;
        }
    }
    if (const auto* expiry = claims.if_contains("exp")) {
        const auto end = read_number(*expiry);
        if (!end || seconds >= *end) {
            return false;
        }
    }
    if (const auto* not_before = claims.if_contains("nbf")) {
        const auto begin = read_number(*not_before);
        if (!begin || seconds < *begin) {
            return false;
        }
    }
    return true;
}

std::optional<text_or_number> read_id(const data::object& claims) {
    const auto* id = claims.if_contains("id");
    if (id == nullptr) {
        return std::nullopt;
    }
    if (id->is_number()) {
        // Beyond it two players could come to have the same number.
        constexpr double largest_exact = 9007199254740992;
        const auto number = read_number(*id);
        return number && std::abs(*number) < largest_exact ? std::optional(text_or_number(*number))
                                                           : std::nullopt;
    }
    auto text = text_claim(claims, "id");
    if (text.empty()) {
        return std::nullopt;
    }
    return text_or_number(std::move(text));
}

} // namespace

std::string player_tokens::issue(const player& who, timestamp now) const {
    json::object_writer header;
    header.member("alg", "HS256").member("typ", "JWT");
    json::object_writer claims;
    claims.member("type", who.type)
        .member("id", std::get<std::string>(who.id))
        .member("name", who.name)
        .member("iat", unix_seconds(now))
        .member("exp",
                unix_seconds(now) + std::chrono::ceil<std::chrono::seconds>(lifetime_).count());
    std::string token = to_base64url(header.to_string()) + "." + to_base64url(claims.to_string());
    token += "." + to_base64url(sign(token));
    return token;
}

std::optional<player> player_tokens::check(std::string_view token, timestamp now) const {
    const auto first_dot = token.find('.');
    const auto last_dot = token.rfind('.');
    if (first_dot == last_dot || token.find('.', first_dot + 1) != last_dot) {
        return std::nullopt;
    }
    // Nothing of the token is looked at before its signature is known to be good.
    const auto signature = from_base64url(token.substr(last_dot + 1));
    const auto expected = sign(token.substr(0, last_dot));
    if (!signature || signature->size() != expected.size() ||
        CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
        return std::nullopt;
    }
    const auto header = read_object(token.substr(0, first_dot));
    const auto claims = read_object(token.substr(first_dot + 1, last_dot - first_dot - 1));
    if (!header || !claims || !names_the_algorithm(*header) || !is_in_force(*claims, now)) {
        return std::nullopt;
    }
    auto id = read_id(*claims);
    if (!id) {
        return std::nullopt;
    }
    return player(text_claim(*claims, "type"), *std::move(id), text_claim(*claims, "name"));
}

std::string player_tokens::sign(std::string_view text) const {
    const auto key = secret_.reveal();
    std::array<unsigned char, 32> code{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC with SHA-256 is not available");
    }
    return {reinterpret_cast<const char*>(code.data()), size};
}

} // namespace roomport::server
