#pragma once

#include <string>

namespace roomport::allocation {

/// What is asked of an orchestrator for one room. Written to the journal before the first byte is sent.
class intent {
public:
    intent() = default;
    bool operator==(const intent&) const = default;

    /// Whose rooms these are, 1 to 32 of `[a-z0-9-]`: gateways that share a store share it.
    std::string owner;
    std::string app_id;
    std::string room_id;
    /// Which attempt at a server for this room it is, from 1: each that may have left something behind has its own.
    unsigned generation = 1;
    /// The room's region, not yet the platform's word for it.
    std::string region;
    /// The room's config, opaque.
    std::string config;
};

} // namespace roomport::allocation
