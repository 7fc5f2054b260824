#pragma once

#include <roomport/error.hpp>

namespace roomport::program {

/// The exit statuses of the program, as its users' scripts know them.
enum class exit_status {
    done = 0,
    internal_failure = 1,
    bad_usage = 2,
    deadline_passed = 3,
    refused = 4,
    unauthorized = 5,
    unavailable = 6,
    bad_response = 7,
    tls = 8,
    hung_up = 129,
    interrupted = 130,
    terminated = 143,
};

/// The status for a failure. A cancelled operation counts as interrupted; which signal it was is known elsewhere.
/// @pre `ec.failed()`
exit_status to_exit_status(error_code ec);

} // namespace roomport::program
