#pragma once

#include <roomport/model/model_traits.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// What the server says about a failure.
struct api_error {
    api_error() = default;

    /// A sentence for a human, as the server wrote it: remove control characters before you show
    /// it.
    std::string message;

    friend bool operator==(const api_error&, const api_error&) = default;
};

BOOST_DESCRIBE_STRUCT(api_error, (), (message))

/// Facts about @ref api_error.
template <>
struct model_traits<api_error> : default_model_traits {
    static constexpr std::string_view name = "ApiError";
};

} // namespace roomport
