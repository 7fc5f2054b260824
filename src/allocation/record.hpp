#pragma once

#include "allocation/intent.hpp"

#include <string>

namespace roomport::allocation {

/// How far an intent has come, as the journal knows.
enum class record_state {
    /// Nothing was sent for it.
    intended,
    /// A create may have been sent.
    sent,
    /// It has the server `key`.
    allocated,
    /// `key` is to be stopped, or what a create left behind is to be found and stopped.
    stopping,
    /// Nothing is left of it.
    ended,
};

/// What the journal holds of one generation of a room. A later record of the same replaces it.
class record {
public:
    record() = default;
    bool operator==(const record&) const = default;

    intent what;
    record_state state = record_state::intended;
    std::string key;
    /// Whether the server was ever seen alive: only then does "gone" mean that it ended.
    bool was_alive = false;
    /// Whether players were ever sent there: such a server is never replaced, its end is the room's.
    bool was_active = false;
    /// Why it ended.
    std::string reason;
};

} // namespace roomport::allocation
