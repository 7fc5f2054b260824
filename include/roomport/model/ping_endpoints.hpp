#pragma once

#include <roomport/model/model_traits.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// Where to measure the round trip to a region.
///
/// Returned, as a list, by GET /discovery/v2/ping.
struct ping_endpoints {
    ping_endpoints() = default;

    /// The region.
    open_enum<roomport::region> region;

    /// A host name.
    std::string host;

    /// A port number, unchecked.
    double port = 0;

    friend bool operator==(const ping_endpoints&, const ping_endpoints&) = default;
};

BOOST_DESCRIBE_STRUCT(ping_endpoints, (), (region, host, port))

/// Facts about @ref ping_endpoints.
template <>
struct model_traits<ping_endpoints> : default_model_traits {
    static constexpr std::string_view name = "PingEndpoints";
};

} // namespace roomport
