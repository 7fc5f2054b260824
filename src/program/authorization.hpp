#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace roomport::program {

/// The token in the value of an Authorization field, "Bearer ..."; nothing when it has another form.
inline std::optional<std::string_view> bearer_token(std::string_view authorization) {
    static constexpr std::string_view scheme = "bearer ";
    const bool is_bearer =
        authorization.size() > scheme.size() &&
        std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char a, char b) {
            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
    if (!is_bearer) {
        return std::nullopt;
    }
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(
        std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

} // namespace roomport::program
