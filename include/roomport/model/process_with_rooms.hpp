#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/process.hpp>
#include <roomport/model/room_without_allocations.hpp>

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace roomport {

/// A process that runs rooms, with these rooms.
///
/// Returned by GET /processes/v1/{appId}/list/running.
struct process_with_rooms : process {
    process_with_rooms() = default;

    /// The rooms it has.
    std::vector<roomport::room_without_allocations> rooms;

    /// How many rooms it has had so far.
    std::int32_t total_rooms = 0;

    friend bool operator==(const process_with_rooms&, const process_with_rooms&) = default;
};

BOOST_DESCRIBE_STRUCT(process_with_rooms, (process), (rooms, total_rooms))

/// Facts about @ref process_with_rooms.
template <>
struct model_traits<process_with_rooms> : model_traits<process> {
    static constexpr std::string_view name = "ProcessWithRooms";
};

} // namespace roomport
