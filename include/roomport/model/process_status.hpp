#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// The state of a process in its life.
enum class process_status {
    /// The process was created and has not bound its port yet.
    starting,
    /// The process takes rooms.
    running,
    /// The process gets no new rooms; those it has go on.
    draining,
    /// The process was told to stop.
    stopping,
    /// The process has ended.
    stopped,
    /// The process ended with an error, or never bound its port.
    failed,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(process_status) noexcept {
    return std::to_array<std::string_view>(
        {"starting", "running", "draining", "stopping", "stopped", "failed"});
}

} // namespace roomport
