#pragma once

#include <cstddef>
#include <string>

namespace roomport::server {

/// Random bytes as hexadecimal digits, two for each. @throws std::runtime_error when the system has none.
std::string random_hex(std::size_t bytes);

/// A random UUID (version 4).
std::string random_uuid();

} // namespace roomport::server
