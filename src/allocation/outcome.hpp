#pragma once

#include <roomport/clock.hpp>
#include <roomport/model/exposed_port.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace roomport::allocation {

/// Why an orchestrator did not do what it was asked to.
enum class refusal_class {
    /// Surely not done; the same again may work.
    retry,
    /// Valid, but nothing is free.
    no_capacity,
    /// Too fast.
    throttled,
    /// The credentials are refused.
    auth,
    /// What the operator configured can't work (a fleet, an image that does not exist).
    config,
    /// Paid for too little.
    quota,
    /// This request can't work.
    request,
    /// The id of this generation was used up, by a server that is dead.
    burnt,
    /// Sent, and no usable answer came: it may have been done.
    unknown_outcome,
};

/// A create that gave a server.
class accepted {
public:
    accepted() = default;
    /// How the orchestrator calls it, at most 256 bytes.
    std::string key;
};

/// A create, find or stop that was not done, or may not have been.
class refused {
public:
    refused() = default;
    refusal_class why = refusal_class::unknown_outcome;
    /// For a human; without secrets.
    std::string reason;
    /// No request of this verb before then.
    std::optional<time_point> not_before;
    /// What the refused request left behind nonetheless, to be stopped.
    std::string key_to_stop;
};

using create_outcome = std::variant<accepted, refused>;

/// The servers that carry an intent's tag, the oldest living first; empty: the orchestrator knows none now.
class found {
public:
    found() = default;
    std::vector<std::string> keys;
};

using find_outcome = std::variant<found, refused>;

enum class stop_outcome {
    /// It ends, or will; or there is nothing to end any more.
    done,
    /// Not now.
    failed,
    /// The orchestrator can't; the server has to end by itself.
    unsupported,
};

/// What is known of a server.
enum class server_state { starting, allocated, gone, failed };

/// One observation of a server.
class server_observation {
public:
    server_observation() = default;
    server_state state = server_state::starting;
    /// Only with `allocated`: where players go, the named ports checked.
    std::vector<exposed_port> endpoints;
    /// For a human; without secrets.
    std::string message;
};

} // namespace roomport::allocation
