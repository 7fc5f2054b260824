#pragma once

#include "server/launcher/command_template.hpp"
#include "server/service/service_options.hpp"

namespace roomport::server {

/// Refuses options that can't be meant, or not together.
/// @throws program::usage_error with what to do.
void check_options(const service_options& options);

/// The command of a game server. @pre there is one.
/// @throws program::usage_error when it has no sense or can't be run here.
command_template read_command(const service_options& options);

} // namespace roomport::server
