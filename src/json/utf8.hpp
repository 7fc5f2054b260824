#pragma once

namespace roomport::json::detail {

/// Checks UTF-8 byte by byte: no overlong forms, no surrogates, nothing above U+10FFFF.
class utf8_checker {
public:
    utf8_checker() = default;

    /// Whether well-formed UTF-8 can go on with this byte.
    bool accept(unsigned char byte) noexcept {
        if (pending_ > 0) {
            if (byte < lowest_ || byte > highest_) {
                return false;
            }
            --pending_;
            lowest_ = 0x80;
            highest_ = 0xBF;
            return true;
        }
        if (byte < 0x80) {
            return true;
        }
        if (byte < 0xC2 || byte > 0xF4) {
            return false;
        }
        pending_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
        lowest_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
        highest_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
        return true;
    }

    /// Whether the last character is complete.
    bool complete() const noexcept { return pending_ == 0; }

private:
    unsigned char pending_ = 0;
    unsigned char lowest_ = 0x80;
    unsigned char highest_ = 0xBF;
};

} // namespace roomport::json::detail
