#pragma once

#include "allocation/intent.hpp"

#include <string>
#include <string_view>

namespace roomport::allocation {

/// What an intent is called at the orchestrator: `rp-` and 26 characters of lower-case base32, the first 130 bits of
/// SHA-256 over owner, app, room and generation. The same intent has the same tag on every machine and after every
/// restart, so that what it left behind is found again.
/// @throws std::bad_alloc
std::string intent_tag(const intent& what);

/// The same for orchestrators that want a UUID: the first 128 bits, with version 8 and the variant of RFC 9562.
/// @throws std::bad_alloc
std::string intent_uuid(const intent& what);

/// What marks all servers of an owner: `rpo-OWNER`.
std::string owner_tag(std::string_view owner);

} // namespace roomport::allocation
