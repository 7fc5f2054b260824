#include "server/rooms/random_text.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace roomport::server {

namespace {

std::vector<unsigned char> random_bytes(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("the system has no randomness to give");
    }
    return bytes;
}

// Sixteen each, so that a byte chooses evenly.
constexpr std::array<std::string_view, 16> tempers{
    "brave", "calm",  "clever", "eager", "fierce", "gentle", "jolly", "keen",
    "lucky", "merry", "nimble", "quick", "quiet",  "shy",    "swift", "witty"};
constexpr std::array<std::string_view, 16> colours{
    "amber", "azure", "black", "bronze", "copper", "coral", "golden", "green",
    "grey",  "ivory", "jade",  "olive",  "rose",   "ruby",  "silver", "white"};
constexpr std::array<std::string_view, 16> animals{
    "badger", "beaver", "crane", "falcon", "fox",   "hare",  "heron", "ibex",
    "lynx",   "marten", "otter", "owl",    "raven", "robin", "stoat", "wolf"};

} // namespace

std::string random_hex(std::size_t bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : random_bytes(bytes)) {
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

std::string random_code(std::size_t length) {
    // Without 0, 1, I and O.
    static constexpr std::string_view letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    std::string text;
    for (const auto byte : random_bytes(length)) {
        text += letters[byte % letters.size()];
    }
    return text;
}

std::string random_player_name() {
    const auto bytes = random_bytes(3);
    std::string name(tempers[bytes[0] % tempers.size()]);
    name.append("-").append(colours[bytes[1] % colours.size()]);
    name.append("-").append(animals[bytes[2] % animals.size()]);
    return name;
}

} // namespace roomport::server
