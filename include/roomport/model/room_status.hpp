#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// The state of a room in its life.
enum class room_status {
    /// The room is not assigned to a process yet.
    scheduling,
    /// The room is assigned to a process.
    active,
    /// The room is gone for good; its id is not used again.
    destroyed,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(room_status) noexcept {
    return std::to_array<std::string_view>({"scheduling", "active", "destroyed"});
}

} // namespace roomport
