#pragma once

#include "poller/configuration.hpp"
#include "poller/standard_streams.hpp"

#include <roomport/client/client_options.hpp>
#include <roomport/wait/wait_options.hpp>

namespace roomport::poller {

/// Runs the daemon until SIGTERM or SIGINT.
/// @param only_check checks everything that can be checked without listening, and returns.
/// @throws configuration_error, boost::system::system_error: something can't be used as it was configured.
void serve(const configuration& given, client_options client, wait_options waits,
           standard_streams& streams, bool only_check);

} // namespace roomport::poller
