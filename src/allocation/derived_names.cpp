#include "allocation/derived_names.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace roomport::allocation {
namespace {

using digest = std::array<unsigned char, 32>;

digest digest_of(const intent& what) {
    std::string text = what.owner;
    for (const std::string& part : {what.app_id, what.room_id, std::to_string(what.generation)}) {
        text += '\0';
        text += part;
    }
    digest result{};
    if (EVP_Digest(text.data(), text.size(), result.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::bad_alloc();
    }
    return result;
}

} // namespace

std::string intent_tag(const intent& what) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    constexpr std::size_t characters = 26;
    const digest hash = digest_of(what);
    std::string tag = "rp-";
    for (std::size_t i = 0; i < characters; ++i) {
        const std::size_t bit = i * 5;
        const unsigned two_bytes =
            static_cast<unsigned>(hash[bit / 8]) << 8U | static_cast<unsigned>(hash[bit / 8 + 1]);
        tag += alphabet[(two_bytes >> (11U - bit % 8)) & 31U];
    }
    return tag;
}

std::string intent_uuid(const intent& what) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t bytes = 16;
    digest hash = digest_of(what);
    hash[6] = static_cast<unsigned char>((hash[6] & 0x0FU) | 0x80U);
    hash[8] = static_cast<unsigned char>((hash[8] & 0x3FU) | 0x80U);
    std::string uuid;
    for (std::size_t i = 0; i < bytes; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            uuid += '-';
        }
        uuid += digits[hash[i] >> 4U];
        uuid += digits[hash[i] & 15U];
    }
    return uuid;
}

std::string owner_tag(std::string_view owner) {
    return "rpo-" + std::string(owner);
}

} // namespace roomport::allocation
