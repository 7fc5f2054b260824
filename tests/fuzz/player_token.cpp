// Tokens of players: nothing is accepted but what the app's secret signed, whatever stands in it.
#include "fuzz.hpp"

#include "server/api/base64url.hpp"
#include "server/api/player_tokens.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string>

namespace {

using roomport::fuzz::require;

constexpr std::string_view key = "the app's secret";
const roomport::timestamp now{std::chrono::seconds(1'700'000'000)};

// Another signature than the one under test.
std::string sign(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), &size);
    return roomport::server::to_base64url({reinterpret_cast<const char*>(code.data()), size});
}

} // namespace

/// The first byte says what the rest is: a token; what stands before a good signature; or the claims of a good token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using roomport::server::to_base64url;
    roomport::fuzz::input given(data, size);
    const unsigned kind = given.number() % 3U;
    std::string token(given.text());
    if (kind == 1) {
        token += "." + sign(token);
    } else if (kind == 2) {
        token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(given.text());
        token += "." + sign(token);
    }
    const roomport::server::player_tokens tokens{roomport::secret(key)};
    const auto who = tokens.check(token, now);
    if (who) {
        const auto last = token.rfind('.');
        require(last != token.npos && token.substr(last + 1) == sign(token.substr(0, last)));
        require(!roomport::server::player_tokens(roomport::secret("another")).check(token, now));
    }
    return 0;
}
