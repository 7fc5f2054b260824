#pragma once

#include <optional>
#include <string>

namespace roomport::server {

/// The program that a name stands for: along PATH when it has no slash, else itself; nothing when there is none.
std::optional<std::string> find_program(const std::string& name);

/// Why a program can't be started, as a sentence that says what to do; nothing when nothing speaks against it. What is found
/// here stays so until somebody mends it: trying again is of no use.
std::optional<std::string> launch_problem(const std::string& name);

/// Whether a file is a script without a first line that names its interpreter: the shell runs it.
bool is_plain_script(const std::string& path);

} // namespace roomport::server
