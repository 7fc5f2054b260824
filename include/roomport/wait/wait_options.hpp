#pragma once

#include <roomport/clock.hpp>
#include <roomport/default_timeouts.hpp>
#include <roomport/error.hpp>
#include <roomport/wait/cadence.hpp>
#include <roomport/wait/verdict.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace roomport {

/// What a wait tells of its progress. Only valid during the call that brings it.
class wait_event {
public:
    /// What an event tells.
    enum class kind {
        /// An observation was judged and the wait goes on without a failure.
        polled,
        /// A poll failed and the wait goes on; the next poll comes after `retry_in`, because of `error`.
        retrying,
        /// The key is ready; the handler follows.
        ready,
    };

    wait_event() = default;

    /// What this one tells.
    kind what = kind::polled;
    /// The key waited for; valid during the call.
    std::string_view key;
    /// The last status, as in `wait_evidence::last_status`; valid during the call.
    std::string_view status;
    /// Why the poll failed, with `retrying`; not set otherwise.
    error_code error;
    /// Details of the failure, valid during the call.
    std::string_view message;
    /// When the next poll is due, from now: by cadence or backoff, the nearest deadline, and Retry-After. It begins
    /// later when no place is free or the rate is short. Zero while one is already under way.
    duration retry_in{};
    /// Observations judged so far.
    unsigned polls = 0;
    /// Since the wait began.
    duration elapsed{};
};

/// How one caller waits for one key.
class wait_options {
public:
    wait_options() = default;

    /// The whole wait, from the call. More than zero; there is no wait without an end. Default 120 s. The last poll
    /// is placed so that its answer is likely to come before the end.
    duration timeout = default_wait_timeout;

    /// One poll, from the moment it begins to the end of its answer; the time it queues in the engine or for a
    /// connection is not counted, the time for which its answer is held comes on top. More than zero. Default 10 s. Of
    /// several waiters of one key, and of the keys of a poll of many, the longest counts. A poll never outlasts the last
    /// deadline of its waiters.
    duration request_timeout = default_request_timeout;

    /// Failed polls in a row that end the wait with the last one's error; 0, the default: only the deadline does. A
    /// failed poll of many keys counts for each of them. A dropped hold is not a failed poll, nor is "no such room"
    /// during `not_found_grace`.
    unsigned max_failures = 0;

    /// How long `observed_state::gone` is taken as "not yet", from the start of the wait. Not negative; zero, the
    /// default: not at all.
    duration not_found_grace{};

    /// When the key came into being, so that its first poll is planned, and the law of start times is learned from the
    /// right age. Not set, the default: nobody knows; the first poll comes at once, and ages count from then. The first
    /// waiter of a key decides for all who join it.
    std::optional<time_point> created_at;

    /// Keys of one group are taken to start after one law: a region, say. Empty, the default: they belong to those that
    /// have no group. The first waiter of a key decides for all who join it.
    std::string group;

    /// When to poll next; null, the default: the engine's own. The first waiter of a key decides for all who join it.
    std::shared_ptr<roomport::cadence> cadence;

    /// Verdicts; null, the default: `default_acceptors()`.
    std::shared_ptr<const roomport::acceptors> acceptors;

    /// Told of progress, on the engine's executor; empty, the default: nobody is told. Must be quick. It may call
    /// any function of the engine and may destroy it. Should it throw, the wait goes on, and the exception leaves
    /// through the `run()` of the context. Destroyed once the wait is over.
    std::function<void(const wait_event&)> on_progress;
};

} // namespace roomport
