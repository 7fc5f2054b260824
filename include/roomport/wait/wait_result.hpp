#pragma once

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/model/exposed_port.hpp>
#include <roomport/phase_times.hpp>

#include <boost/system/system_error.hpp>

#include <string>
#include <vector>

namespace roomport {

/// What a wait saw. Filled on success, failure and cancellation alike; all empty when nothing was seen.
class ROOMPORT_EXPORT wait_evidence {
public:
    wait_evidence() = default;

    /// The last status the server gave: "starting", "active", an unknown word; empty when there never was one.
    std::string last_status;

    /// How the last failed poll failed; not set when none failed since the last good answer. A poll that was still
    /// unanswered when the deadline passed is `error::attempt_timeout` here, when there is no other failure to tell.
    error_code last_error;

    /// The server's message or the details of `last_error`, free of control characters; after
    /// `error::invalid_argument` which argument is wrong.
    std::string last_message;

    /// The HTTP status of the last answer; 0 when there never was one.
    int http_status = 0;

    /// The observations that this wait judged, those of polls it shared with others included, and the poll that was
    /// still unanswered when the deadline passed, unless it was a held one. Dropped holds are not counted.
    unsigned polls = 0;

    /// Failed observations in a row at the end of the wait, as `wait_options::max_failures` counts them.
    unsigned consecutive_failures = 0;

    /// From the call to the end of the wait.
    duration elapsed{};

    /// Why there was no result so far, to be compared with `errc`: `evidence.reason() == errc::server_unavailable`. The
    /// same as `last_error`: no error when the last answer was good and the room just not ready (`last_status`).
    error_code reason() const noexcept { return last_error; }

    /// What was seen, in words: "last status starting, last error connect (DETAILS), 7 polls".
    std::string summary() const;

    /// Where the time of the polls went, summed over those of `polls` that were answered; each part of it to 0.1 µs.
    phase_times times;
};

/// The outcome of a wait. A plain value.
class wait_result {
public:
    wait_result() = default;

    /// Where to connect. Only meaningful when the wait succeeded.
    roomport::exposed_port exposed_port;

    /// Further ports of the room. Only meaningful when the wait succeeded.
    std::vector<roomport::exposed_port> additional_ports;

    /// What the wait saw.
    wait_evidence evidence;
};

/// Thrown by `wait_active`: a failure with the evidence for it.
class ROOMPORT_EXPORT wait_error : public boost::system::system_error {
public:
    /// @param ec       why the wait failed; `code()` gives it back.
    /// @param evidence what it saw. Its `last_message` becomes part of `what()`; after `errc::deadline_passed` its
    ///                 `summary` does.
    wait_error(error_code ec, wait_evidence evidence);

    /// What the wait saw before it failed.
    const wait_evidence& evidence() const noexcept { return evidence_; }

    /// Why there was no port, to be compared with `errc`: after `errc::deadline_passed` the evidence's reason where it
    /// has one, else `code()`.
    error_code reason() const noexcept;

private:
    wait_evidence evidence_;
};

} // namespace roomport
