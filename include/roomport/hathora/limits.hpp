#pragma once

#include <cstddef>

namespace roomport::hathora {

/// The longest `roomConfig` that a room may be created or updated with, in characters (Unicode code points). Longer ones are
/// refused before anything is sent. Source: the API's description of May 2024; later ones give no limit.
inline constexpr std::size_t longest_room_config = 10'000;

/// The longest short code of a lobby, in characters (Unicode code points); the shortest has 1. Source: as above.
inline constexpr std::size_t longest_short_code = 100;

} // namespace roomport::hathora
