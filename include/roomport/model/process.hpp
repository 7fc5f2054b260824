#pragma once

#include <roomport/model/exposed_port.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport {

/// A process that runs rooms, as version 1 of the API tells it.
///
/// Returned by GET /processes/v1/{appId}/info/{processId} and .../list/stopped. Members that the
/// API announced for removal may be missing when read and are left out when they hold nothing.
struct process {
    process() = default;

    /// The process.
    std::string process_id;

    /// The application that it runs.
    std::string app_id;

    /// The deployment that it was made from.
    std::int32_t deployment_id = 0;

    /// Where it runs.
    open_enum<roomport::region> region;

    /// How many rooms it takes at once.
    std::int32_t rooms_per_process = 0;

    /// How many rooms it has.
    std::int32_t rooms_allocated = 0;

    /// When that number last changed.
    timestamp rooms_allocated_updated_at;

    /// How many more rooms it takes.
    /// @deprecated The API announced its removal; use rooms_per_process and rooms_allocated.
    std::optional<double> room_slots_available;

    /// When that number last changed.
    /// @deprecated The API announced its removal.
    std::optional<timestamp> room_slots_available_updated_at;

    /// How many players are connected.
    /// @deprecated The API announced its removal.
    std::optional<std::int32_t> active_connections;

    /// When that number last changed.
    /// @deprecated The API announced its removal.
    std::optional<timestamp> active_connections_updated_at;

    /// The host of the main port.
    /// @deprecated The API announced its removal; use exposed_port.
    std::optional<std::string> host;

    /// The number of the main port, unchecked.
    /// @deprecated The API announced its removal; use exposed_port.
    std::optional<double> port;

    /// Where players connect; nothing while the process has no port.
    nullable<roomport::exposed_port> exposed_port;

    /// Further ports; empty when there are none.
    std::vector<roomport::exposed_port> additional_exposed_ports;

    /// Bytes sent to players so far. 64 bits, because a busy server passes the 2 GiB of the
    /// declared int32.
    std::int64_t egressed_bytes = 0;

    /// Whether it gets no new rooms.
    bool draining = false;

    /// Since when nobody is connected; nothing while someone is.
    /// @deprecated The API announced its removal.
    nullable<timestamp> idle_since;

    /// When it was created.
    timestamp starting_at;

    /// When it bound its port; nothing before that.
    nullable<timestamp> started_at;

    /// When it was told to stop; nothing before that.
    nullable<timestamp> stopping_at;

    /// When it ended; nothing before that.
    nullable<timestamp> terminated_at;

    friend bool operator==(const process&, const process&) = default;
};

BOOST_DESCRIBE_STRUCT(process, (),
                      (process_id, app_id, deployment_id, region, rooms_per_process,
                       rooms_allocated, rooms_allocated_updated_at, room_slots_available,
                       room_slots_available_updated_at, active_connections,
                       active_connections_updated_at, host, port, exposed_port,
                       additional_exposed_ports, egressed_bytes, draining, idle_since, starting_at,
                       started_at, stopping_at, terminated_at))

/// Facts about @ref process.
template <>
struct model_traits<process> : default_model_traits {
    static constexpr std::string_view name = "Process";
    static constexpr auto deprecated = std::to_array<std::string_view>(
        {"room_slots_available", "room_slots_available_updated_at", "active_connections",
         "active_connections_updated_at", "host", "port", "idle_since"});
};

} // namespace roomport
