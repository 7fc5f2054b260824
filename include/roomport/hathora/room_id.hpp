#pragma once

#include <roomport/export.hpp>

#include <string>
#include <string_view>

namespace roomport::hathora {

/// What a text must be to be a room, app or process id, for messages: "a room id is " and this.
inline constexpr std::string_view id_rule = "1 to 100 letters, digits, '_' or '-'";

/// Whether a text may be a room id, see @ref id_rule. Thread-safe.
/// Source: the API's pattern and lengths for `roomId`; app and process ids are held to the same.
ROOMPORT_EXPORT bool is_valid_id(std::string_view text) noexcept;

/// A room id that nobody has used: 20 lower-case letters and digits (100 random bits) from the system's random source. Thread-safe.
/// @throws boost::system::system_error when the system has no randomness to give.
ROOMPORT_EXPORT std::string make_room_id();

} // namespace roomport::hathora
