#include <roomport/hathora/room_id.hpp>

#include <roomport/error.hpp>

#include <boost/system/system_error.hpp>
#include <openssl/rand.h>

#include <array>

namespace roomport::hathora {
namespace {

constexpr std::size_t longest_id = 100;
constexpr std::size_t made_id_length = 20;
constexpr std::string_view made_id_alphabet = "abcdefghijklmnopqrstuvwxyz234567";

bool is_id_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

} // namespace

bool is_valid_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > longest_id) {
        return false;
    }
    for (const char c : text) {
        if (!is_id_character(c)) {
            return false;
        }
    }
    return true;
}

std::string make_room_id() {
    std::array<unsigned char, made_id_length> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        throw boost::system::system_error(boost::system::errc::make_error_code(
                                              boost::system::errc::resource_unavailable_try_again),
                                          "the system gave no random bytes for a room id");
    }
    std::string id;
    id.reserve(made_id_length);
    for (const unsigned char byte : random) {
        // The alphabet has 32 letters, so that every one is as likely.
        id.push_back(made_id_alphabet[byte % made_id_alphabet.size()]);
    }
    return id;
}

} // namespace roomport::hathora
