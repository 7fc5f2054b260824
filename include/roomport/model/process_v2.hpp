#pragma once

#include <roomport/model/exposed_port.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/process_status.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomport {

/// A process that runs rooms, as version 2 of the API tells it.
///
/// Returned by the operations under /processes/v2.
struct process_v2 {
    process_v2() = default;

    /// The process.
    std::string process_id;

    /// The application that it runs.
    std::string app_id;

    /// The deployment that it was made from.
    std::int32_t deployment_id = 0;

    /// Where it runs.
    open_enum<roomport::region> region;

    /// The state of the process.
    open_enum<roomport::process_status> status;

    /// How many rooms it takes at once.
    std::int32_t rooms_per_process = 0;

    /// How many rooms it has.
    std::int32_t rooms_allocated = 0;

    /// Where players connect; nothing while the process has no port.
    nullable<roomport::exposed_port> exposed_port;

    /// Further ports; empty when there are none.
    std::vector<roomport::exposed_port> additional_exposed_ports;

    /// When it was created.
    timestamp created_at;

    /// When it bound its port; nothing before that.
    nullable<timestamp> started_at;

    /// When it was told to stop; nothing before that.
    nullable<timestamp> stopping_at;

    /// When it ended; nothing before that.
    nullable<timestamp> terminated_at;

    friend bool operator==(const process_v2&, const process_v2&) = default;
};

BOOST_DESCRIBE_STRUCT(process_v2, (),
                      (process_id, app_id, deployment_id, region, status, rooms_per_process,
                       rooms_allocated, exposed_port, additional_exposed_ports, created_at,
                       started_at, stopping_at, terminated_at))

/// Facts about @ref process_v2.
template <>
struct model_traits<process_v2> : default_model_traits {
    static constexpr std::string_view name = "ProcessV2";
};

} // namespace roomport
