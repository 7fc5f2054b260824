#pragma once

#include <roomport/secret.hpp>

#include <array>
#include <string_view>

namespace roomport::program {

/// Knows whether a caller has the token, in a time that does not depend on how much of it is right.
class token_check {
public:
    explicit token_check(const secret& token);

    /// @param authorization the value of the Authorization field, "Bearer ...".
    bool accepts(std::string_view authorization) const;

private:
    using digest = std::array<unsigned char, 32>;

    static digest digest_of(std::string_view text);

    digest expected_;
};

} // namespace roomport::program
