#pragma once

#include "program/exit_status.hpp"

#include <CLI/App.hpp>

#include <functional>

namespace roomport::cli {

/// Set by the command that was chosen on the command line: does its work.
using action = std::function<program::exit_status()>;

/// Each adds one command to the program. When the command is chosen, `chosen` becomes what it does.
/// @param chosen must outlive the parsing.
void add_wait_command(CLI::App& program, action& chosen);
void add_get_command(CLI::App& program, action& chosen);
void add_create_command(CLI::App& program, action& chosen);
void add_destroy_command(CLI::App& program, action& chosen);
void add_processes_command(CLI::App& program, action& chosen);
void add_decode_command(CLI::App& program, action& chosen);

} // namespace roomport::cli
