#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// The kind of machine a process runs on.
enum class hosting {
    /// A reserved physical machine.
    metal,
    /// A machine of a cloud provider.
    cloud,
    /// A machine shared with others.
    shared,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(hosting) noexcept {
    return std::to_array<std::string_view>({"metal", "cloud", "shared"});
}

} // namespace roomport
