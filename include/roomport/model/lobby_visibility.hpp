#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// Who finds a lobby. In the room service here it decides on the list of public lobbies only: who knows its room's id or its
/// short code finds any lobby.
enum class lobby_visibility {
    /// Whoever was told its room's id or its short code.
    private_,
    /// Everybody: it stands in the list of public lobbies.
    public_,
    /// The same as `private_`; meant for tests on the developer's own machine.
    local,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(lobby_visibility) noexcept {
    return std::to_array<std::string_view>({"private", "public", "local"});
}

} // namespace roomport
