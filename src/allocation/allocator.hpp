#pragma once

#include "allocation/capabilities.hpp"
#include "allocation/intent.hpp"
#include "allocation/outcome.hpp"
#include "allocation/reaper.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace roomport::allocation {

/// The complete list of an owner's servers.
class listed {
public:
    listed() = default;
    std::vector<listed_server> servers;
};

using list_outcome = std::variant<listed, refused>;
using observe_outcome = std::variant<server_observation, refused>;

/// What one stop gave.
class stop_answer {
public:
    stop_answer() = default;
    stop_outcome how = stop_outcome::failed;
    /// Why it failed: for a human, without secrets.
    std::string reason;
    /// No stop before then.
    std::optional<time_point> not_before;
};

/// One orchestrator: each call makes one attempt, never repeats it, and turns every answer into a value. It keeps no
/// state but connections and credentials. One thread; `done` is called exactly once, never from within the call, and not at
/// all once the allocator is destroyed.
class allocator {
public:
    allocator() = default;
    allocator(const allocator&) = delete;
    allocator& operator=(const allocator&) = delete;
    virtual ~allocator() = default;

    virtual capabilities platform() const = 0;

    /// Asks for a server.
    virtual void create(const intent& what, std::function<void(const create_outcome&)> done) = 0;
    /// Looks for servers that carry the intent's tag.
    virtual void find(const intent& what, std::function<void(const find_outcome&)> done) = 0;
    /// Lists the servers that carry the owner's tag.
    virtual void list(const std::string& owner, std::function<void(const list_outcome&)> done) = 0;
    /// Ends a server.
    virtual void stop(const std::string& key, std::function<void(const stop_answer&)> done) = 0;
    /// Looks at a server.
    virtual void observe(const std::string& key,
                         std::function<void(const observe_outcome&)> done) = 0;
};

} // namespace roomport::allocation
