#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace roomport::fuzz {

/// Ends the run: the input broke a promise.
inline void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// An input's bytes: numbers are taken from its beginning, the rest is text.
class input {
public:
    input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    /// The next byte; zero when there is none.
    unsigned number() {
        if (rest_.empty()) {
            return 0;
        }
        const auto first = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }

    std::string_view text() const { return rest_; }

private:
    std::string_view rest_;
};

} // namespace roomport::fuzz

/// What libFuzzer calls, and replay.cpp where there is no libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
