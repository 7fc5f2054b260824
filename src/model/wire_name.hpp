#pragma once

#include <string>
#include <string_view>

namespace roomport {

/// The name on the wire that a member's C++ name stands for: `room_id` → `roomId`.
constexpr std::string wire_name(std::string_view member) {
    std::string name;
    bool after_underscore = false;
    for (const char c : member) {
        if (c == '_') {
            after_underscore = true;
            continue;
        }
        const bool raise = after_underscore && c >= 'a' && c <= 'z';
        name += raise ? static_cast<char>(c - 'a' + 'A') : c;
        after_underscore = false;
    }
    return name;
}

} // namespace roomport
