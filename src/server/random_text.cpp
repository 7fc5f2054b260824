#include "server/random_text.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace roomport::server {

std::string random_hex(std::size_t bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::vector<unsigned char> random(bytes);
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        throw std::runtime_error("the system has no randomness to give");
    }
    std::string text;
    for (const auto byte : random) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string random_uuid() {
    std::string text = random_hex(16);
    text[12] = '4';
    // RFC 9562: the two highest bits of this byte are 10.
    text[16] = "89ab"[static_cast<unsigned char>(text[16]) % 4U];
    for (const std::size_t at :
         {std::size_t{20}, std::size_t{16}, std::size_t{12}, std::size_t{8}}) {
        text.insert(at, 1, '-');
    }
    return text;
}

} // namespace roomport::server
