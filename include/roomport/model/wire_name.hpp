#pragma once

/// @file
/// How the names of C++ members become those on the wire.

#include <string>
#include <string_view>

namespace roomport {

/// Gives the characters of the name on the wire that a member's C++ name stands for: `room_id` → `roomId`.
/// @param member the C++ name.
/// @param put    called with each character.
template <class Put>
constexpr void spell_wire_name(std::string_view member, Put put) {
    bool after_underscore = false;
    for (const char c : member) {
        if (c == '_') {
            after_underscore = true;
            continue;
        }
        const bool raise = after_underscore && c >= 'a' && c <= 'z';
        put(raise ? static_cast<char>(c - 'a' + 'A') : c);
        after_underscore = false;
    }
}

/// The name on the wire as a text. Thread-safe.
/// @param member the C++ name.
inline std::string wire_name(std::string_view member) {
    std::string name;
    spell_wire_name(member, [&name](char c) { name += c; });
    return name;
}

} // namespace roomport
