#pragma once

#include <roomport/model/model_traits.hpp>

#include <boost/describe/class.hpp>

#include <string_view>

namespace roomport {

/// How many processes there are.
///
/// Returned by GET /processes/v3/apps/{appId}/processes/count.
struct processes_count {
    processes_count() = default;

    /// The number of processes.
    double count = 0;

    friend bool operator==(const processes_count&, const processes_count&) = default;
};

BOOST_DESCRIBE_STRUCT(processes_count, (), (count))

/// Facts about @ref processes_count.
template <>
struct model_traits<processes_count> : default_model_traits {
    static constexpr std::string_view name = "GetProcessesCountExperimentalResponseBody";
};

} // namespace roomport
