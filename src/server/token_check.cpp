#include "server/token_check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace roomport::server {

token_check::token_check(const secret& token) : expected_(digest_of(token.reveal())) {}

bool token_check::accepts(std::string_view authorization) const {
    static constexpr std::string_view scheme = "bearer ";
    const bool is_bearer =
        authorization.size() > scheme.size() &&
        std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char a, char b) {
            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
    if (!is_bearer) {
        return false;
    }
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(
        std::min(authorization.find_first_not_of(' '), authorization.size()));
    const auto actual = digest_of(authorization);
    return CRYPTO_memcmp(actual.data(), expected_.data(), expected_.size()) == 0;
}

token_check::digest token_check::digest_of(std::string_view text) {
    digest result{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), result.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    return result;
}

} // namespace roomport::server
