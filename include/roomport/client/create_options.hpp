#pragma once

#include <roomport/error.hpp>
#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <string>

namespace roomport {

/// A room that could not be destroyed.
class orphan {
public:
    orphan() = default;

    /// The room's id.
    std::string room_id;
    /// Why the last attempt to destroy it failed.
    error_code error;
    /// The server's message, free of control characters.
    std::string message;
};

/// How to create a room and wait for it.
class create_options {
public:
    create_options() = default;

    /// How to wait. The timeout covers creation and waiting together; `not_found_grace` is at least 5 s here, because a
    /// room just created may not be known everywhere yet. `created_at` is what the call itself knows of it; an empty
    /// `group` stands for the room's region.
    wait_options wait;

    /// Whether a failed or cancelled wait destroys the room. Default true.
    bool destroy_on_failure = true;
};

/// The outcome of creating a room and waiting for it.
class created_room {
public:
    created_room() = default;

    /// The room's id, known on failure too.
    std::string room_id;

    /// The outcome of the wait. On failure of the creation itself its evidence tells of that.
    wait_result result;
};

} // namespace roomport
