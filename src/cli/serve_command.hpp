#pragma once

#include "cli/commands.hpp"

namespace roomport::cli {

/// Adds `serve`, the local room service, to the program. When it is chosen, `chosen` becomes what runs it.
/// @param chosen must outlive the parsing.
void add_serve_command(CLI::App& program, action& chosen);

} // namespace roomport::cli
