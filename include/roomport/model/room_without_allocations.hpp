#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/room_allocation.hpp>
#include <roomport/model/room_status.hpp>

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// A room without its past assignments.
struct room_without_allocations {
    room_without_allocations() = default;

    /// The application that the room belongs to.
    std::string app_id;

    /// The room, 1 to 100 letters, digits, `_` or `-`.
    std::string room_id;

    /// The state of the room.
    open_enum<roomport::room_status> status;

    /// Opaque text that was given with the room, often JSON: not interpreted. Empty text is not the
    /// same as nothing.
    std::optional<std::string> room_config;

    /// The assignment in force; nothing when the room is not with a process.
    nullable<roomport::room_allocation> current_allocation;

    friend bool operator==(const room_without_allocations&,
                           const room_without_allocations&) = default;
};

BOOST_DESCRIBE_STRUCT(room_without_allocations, (),
                      (app_id, room_id, status, room_config, current_allocation))

/// Facts about @ref room_without_allocations.
template <>
struct model_traits<room_without_allocations> : default_model_traits {
    static constexpr std::string_view name = "RoomWithoutAllocations";
};

} // namespace roomport
