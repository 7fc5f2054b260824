#pragma once

#include "allocation/intent.hpp"
#include "allocation/outcome.hpp"
#include "allocation/record.hpp"

#include <roomport/model/exposed_port.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace roomport::allocation {

/// Commit this to the journal, in the order in which it was asked for; `room_allocation::record_written` when it lasts.
class write_record {
public:
    record what;
    bool operator==(const write_record&) const = default;
};

/// Send one create; `room_allocation::create_ended`.
class send_create {
public:
    intent what;
    bool operator==(const send_create&) const = default;
};

/// Look for servers that carry the intent's tag; `room_allocation::find_ended`.
class send_find {
public:
    intent what;
    bool operator==(const send_find&) const = default;
};

/// Send one stop; `room_allocation::stop_ended`.
class send_stop {
public:
    std::string key;
    bool operator==(const send_stop&) const = default;
};

/// Observe this server until told otherwise; `room_allocation::observed`.
class watch_server {
public:
    std::string key;
    bool operator==(const watch_server&) const = default;
};

/// Observe it no longer.
class unwatch_server {
public:
    std::string key;
    bool operator==(const unwatch_server&) const = default;
};

/// Find out whether players can play there: `room_allocation::became_playable`. Ends with `unwatch_server`.
class probe_server {
public:
    std::string key;
    std::vector<exposed_port> endpoints;
    bool operator==(const probe_server&) const = default;
};

/// What a room has become for those who ask for it.
enum class room_state {
    /// Written down: it will not be forgotten.
    starting,
    ready,
    gone,
};

/// Tell those who wait for the room.
class tell_room {
public:
    room_state state = room_state::starting;
    /// Only with `ready`.
    std::vector<exposed_port> endpoints;
    /// Only with `gone`: why.
    std::string reason;
    /// Only with `gone`: how the orchestrator refused it, if it did.
    std::optional<refusal_class> refused_as;
    bool operator==(const tell_room&) const = default;
};

using room_action = std::variant<write_record, send_create, send_find, send_stop, watch_server,
                                 unwatch_server, probe_server, tell_room>;

} // namespace roomport::allocation
