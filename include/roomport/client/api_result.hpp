#pragma once

#include <roomport/clock.hpp>
#include <roomport/phase_times.hpp>

#include <optional>
#include <string>

namespace roomport {

/// The outcome of one API operation.
template <class T>
class api_result {
public:
    api_result() = default;

    /// The response. Only meaningful when the operation succeeded.
    T value{};

    /// The HTTP status; 0 when there was no answer.
    int http_status = 0;

    /// On failure: the server's message, or where its document is broken. Free of control characters and of the token.
    std::string message;

    /// On failure: before this point the server wants no further request.
    std::optional<time_point> not_before;

    /// Where the time went.
    phase_times times;
};

} // namespace roomport
