#pragma once

#include "server/rooms/ports.hpp"

#include <roomport/model/exposed_port.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/region.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// A game-server process to be started.
class process_order {
public:
    process_order() = default;

    std::string process_id;
    open_enum<roomport::region> region;
    int rooms_per_process = 1;

    /// The main port first.
    std::vector<allocated_port> ports;

    /// The room that the process is started for; nothing for one that is started ahead of its rooms.
    std::optional<std::string> room_id;
    std::optional<std::string> room_config;
};

/// What a provider knows about a process that has not ended.
enum class process_state {
    starting,
    ready,
    stopping,
};

/// Something that happened to a process.
class process_event {
public:
    enum class kind {
        /// The order was written down and will not be forgotten. Only of providers whose orders are.
        written,
        /// There is a process for the order, which is not ready yet. Only of the same providers.
        accepted,
        /// It has bound its main port.
        ready,
        /// Its main port is in the hands of another program.
        port_taken,
        /// Something that its owner should know, in @ref reason; nothing changes by it.
        told,
        /// It ended; the last event of an order.
        exited,
    };

    process_event() = default;
    process_event(kind event, std::string process) : what(event), process_id(std::move(process)) {}

    kind what = kind::ready;
    std::string process_id;
    /// For `ready`: where players reach it, the main port first; empty: at the ports that were ordered.
    std::vector<exposed_port> endpoints;
    /// For `exited`: the status of an answer that says why there never was a process; 0: there was one.
    int refusal_status = 0;
    /// For `exited`: whether its exit status was 0.
    bool succeeded = false;
    /// For `exited`: whether starting it again would fail in the same way.
    bool is_hopeless = false;
    /// For `exited`: what happened, "exit status 1". For `port_taken`: by whom. For `told`: what.
    std::string reason;
};

/// Where processes come from. One thread; events are never delivered from within a call.
class provider {
public:
    using listener = std::function<void(const process_event&)>;

    provider() = default;
    provider(const provider&) = delete;
    provider& operator=(const provider&) = delete;
    virtual ~provider() = default;

    /// Says who is told of events. To be called once, before anything else.
    virtual void on_event(listener to) = 0;

    /// Starts a process. A failure to start is an `exited` event.
    virtual void create(const process_order& order) = 0;

    /// The state of a process; nothing when it has ended or never was.
    virtual std::optional<process_state> observe(const std::string& process_id) const = 0;

    /// Ends a process, gently unless `at_once`; `exited` follows.
    virtual void stop(const std::string& process_id, bool at_once) = 0;

    /// The processes that have not ended.
    virtual std::vector<std::string> list() const = 0;
};

} // namespace roomport::server
