#pragma once

namespace roomport::detail {

/// What a hexadecimal digit stands for; -1 when the character is none.
constexpr int hexadecimal_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

} // namespace roomport::detail
