#pragma once

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/model/exposed_port.hpp>
#include <roomport/phase_times.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace roomport {

/// What one poll of a key found.
enum class observed_state {
    /// The key is known and not ready yet (an unknown status counts as this).
    starting,
    /// The key is ready and its ports are complete and usable.
    ready,
    /// The server says that the key does not exist (any more).
    gone,
    /// The poll itself failed, or its answer can't be used; `error` says how.
    failed,
};

/// One observation of one key, shared by all who wait for it.
///
/// Made by an @ref observer, judged by the @ref acceptors of each waiter. A plain value: safe to read from several
/// threads, not to change.
class observation {
public:
    observation() = default;

    /// What was found.
    observed_state state = observed_state::failed;

    /// The status as the server wrote it, empty when there was none: "starting", "active", or an unknown word.
    std::string status;

    /// The port to yield. Only meaningful when `state` is `ready`.
    roomport::exposed_port exposed_port;

    /// Further ports. Only meaningful when `state` is `ready`.
    std::vector<roomport::exposed_port> additional_ports;

    /// Why the poll failed; not set for `starting` and `ready`; an HTTP status for `gone`. A failure that says
    /// nothing here counts as `error::broken_promise`.
    error_code error;

    /// Details for a human: the server's message, or where a document is broken. Free of control characters.
    std::string message;

    /// The HTTP status of the answer; 0 when there was none.
    int http_status = 0;

    /// No request may be sent before this point: the server's Retry-After, made monotonic. It holds for all keys
    /// of the engine, and the observer bounds it.
    std::optional<time_point> not_before;

    /// From the moment the request had a connection to the end of its answer; without the time an answer was held.
    duration round_trip{};

    /// Whether the request asked the server to hold its answer. A long poll that fails with class closed or
    /// timeout is a dropped hold and not judged.
    bool held = false;

    /// The longest hold that the server announced with this answer; zero when it announced none. Only read with
    /// `starting` and `ready`; the last one counts for all keys.
    duration hold_limit{};

    /// How many polls the observer can have under way at present, if it can say; with any answer. The engine begins no more
    /// until the next one says otherwise, for they would only wait: a key is better polled late than by a poll that is old.
    std::optional<std::size_t> places;

    /// From the key's creation to its readiness, where the server tells both. Only meaningful when `state` is `ready`.
    std::optional<duration> start_time;

    /// Where the time went.
    phase_times times;
};

} // namespace roomport
