#pragma once

#include <cstddef>
#include <string>
#include <system_error>

namespace roomport::program {

/// Raises the soft limit on open files to the hard one.
/// @return the limit that holds now.
std::size_t raise_descriptor_limit();

/// Raises the limit as above, and checks that a program can do its work within it.
/// @throws std::runtime_error when it can't: the text names the limit and says what to do.
void require_descriptors(std::size_t needed);

/// The message of an error; where it says that no file descriptor is left, which limit was met and what to do.
std::string reason_of(const std::error_code& why);

} // namespace roomport::program
