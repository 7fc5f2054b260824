#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>

namespace roomport::program {

/// Reads a program's command line.
/// @param refuse tells what is wrong with it. @return the exit status.
/// @return nothing when the program is to go on; otherwise its exit status, for instance after `--help`.
std::optional<int> parse_command_line(CLI::App& program, int count, char** values,
                                      const std::function<int(const CLI::ParseError&)>& refuse);

} // namespace roomport::program
