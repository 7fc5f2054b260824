#pragma once

#include <cstddef>
#include <string>

namespace roomport::server {

/// Random bytes as hexadecimal digits, two for each. @throws std::runtime_error when the system has none.
std::string random_hex(std::size_t bytes);

/// A random UUID (version 4).
std::string random_uuid();

/// Capital letters and digits that nobody takes for each other, for a player to read and type.
std::string random_code(std::size_t length);

/// A name for a player who gave none, "quiet-amber-heron". Not unique.
std::string random_player_name();

} // namespace roomport::server
