#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// Whether players can connect to a room. There is no value for a room that failed.
enum class room_ready_status {
    /// The room's process has bound its port.
    active,
    /// The room's process is not ready yet.
    starting,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(room_ready_status) noexcept {
    return std::to_array<std::string_view>({"active", "starting"});
}

} // namespace roomport
