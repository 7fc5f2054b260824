#include <roomport/secret.hpp>

#include <openssl/crypto.h>

namespace roomport {
namespace {

// A string that was moved from says that it is empty while its buffer still holds the text.
void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace

// A short text lives inside the string object, so that a moved-from one would keep a copy.
secret::secret(secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

secret& secret::operator=(const secret& other) {
    if (this != &other) {
        std::string copy = other.text_;
        wipe(text_);
        text_.swap(copy);
    }
    return *this;
}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe(text_);
        text_.swap(other.text_);
    }
    return *this;
}

secret::~secret() {
    wipe(text_);
}

} // namespace roomport
