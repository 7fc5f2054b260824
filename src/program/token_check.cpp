#include "program/token_check.hpp"

#include "program/authorization.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace roomport::program {

token_check::token_check(const secret& token) : expected_(digest_of(token.reveal())) {}

bool token_check::accepts(std::string_view authorization) const {
    const auto token = bearer_token(authorization);
    if (!token) {
        return false;
    }
    const auto actual = digest_of(*token);
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

} // namespace roomport::program
