#pragma once

#include "server/service/service_options.hpp"

#include <functional>
#include <string>

namespace roomport::server {

/// Runs the local room service until SIGTERM or SIGINT.
///
/// @param announce called once with the URL listened on, when requests are accepted.
/// @param log called with a line about what happens, without a newline.
/// @return the exit status: 143 after SIGTERM, 130 after SIGINT.
/// @throws usage_error for what the user has to change: bad options, a state folder in use, an address in use.
/// @throws configuration_error for what is wrong with the file of `--provider`.
/// @throws std::exception for any other failure.
int serve(const service_options& options, const std::function<void(const std::string&)>& announce,
          const std::function<void(const std::string&)>& log);

} // namespace roomport::server
