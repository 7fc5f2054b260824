#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// The assignment of a room to a process.
struct room_allocation {
    room_allocation() = default;

    /// The assignment itself.
    std::string room_allocation_id;

    /// The process that the room was given to.
    std::string process_id;

    /// When the room was given to the process.
    timestamp scheduled_at;

    /// When it was taken away; nothing while it is there.
    nullable<timestamp> unscheduled_at;

    friend bool operator==(const room_allocation&, const room_allocation&) = default;
};

BOOST_DESCRIBE_STRUCT(room_allocation, (),
                      (room_allocation_id, process_id, scheduled_at, unscheduled_at))

/// Facts about @ref room_allocation.
template <>
struct model_traits<room_allocation> : default_model_traits {
    static constexpr std::string_view name = "RoomAllocation";
};

} // namespace roomport
