#pragma once

#include <roomport/clock.hpp>
#include <roomport/export.hpp>
#include <roomport/phase_times.hpp>
#include <roomport/secret.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::http {

/// The request methods that the API uses.
enum class method { get, post, put, patch, delete_ };

/// The name of a method as it is sent, "GET".
ROOMPORT_EXPORT std::string_view to_string(method value) noexcept;

/// A header field.
class field {
public:
    field() = default;
    /// @param its_name  see @ref name.
    /// @param its_value see @ref value.
    field(std::string its_name, std::string its_value)
        : name(std::move(its_name)), value(std::move(its_value)) {}

    /// The name; upper and lower case are the same.
    std::string name;

    /// The value.
    std::string value;
};

/// In which of a pool's two queues a request waits for a connection. Each class has connections of its own, so that many
/// requests of one never keep those of the other waiting; see @ref pool_options::poll_connections.
enum class request_class : unsigned char {
    /// Made once, because something is to be done.
    call,
    /// Made again and again, to see whether something has happened.
    poll,
};

/// One request to the pool's origin.
///
/// The pool writes Host, User-Agent, Content-Length and Authorization, and Accept unless there is a field of that name.
class request {
public:
    request() = default;
    /// @param with the method.
    /// @param to   see @ref target.
    request(http::method with, std::string to) : verb(with), target(std::move(to)) {}

    /// The method.
    http::method verb = http::method::get;

    /// Path and query, percent-encoded, beginning with '/'. Anything but visible ASCII is `error::invalid_argument`.
    std::string target = "/";

    /// Further fields. `error::invalid_argument` are: a name that is no HTTP token; a value with control characters;
    /// fields the pool writes itself; and those that concern the connection or the framing of the message.
    std::vector<field> fields;

    /// The body, sent with Content-Length; empty: none.
    std::string body;

    /// Sent as `Authorization: Bearer`, and never without TLS beyond loopback. Anything but visible ASCII is
    /// `error::invalid_argument`. Empty: none.
    secret token;

    /// Whether the request may reach the server twice without harm, so that it may be sent again when a reused
    /// connection died before any byte of the answer.
    bool repeatable = false;

    /// The largest body accepted, in bytes, after its transfer coding is removed. Default 1 MiB.
    std::size_t body_limit = std::size_t{1} << 20U;

    /// In which queue it waits for a connection. Default: that of the calls.
    http::request_class request_class = http::request_class::call;

    /// Whether it goes before those of its class that already wait for a connection; the latest such one first.
    bool is_urgent = false;

    /// When everything, from queueing to the last byte, must have ended; `error::attempt_timeout` else, or
    /// `error::acquire_timeout` if it only waited while others had the connections. Default: never.
    time_point deadline = time_point::max();

    /// How long it may take from when it has a connection, or one is begun for it, to the last byte;
    /// `error::attempt_timeout` after. While others have the connections this time runs only as long as the server is
    /// silent: the last attempt failed and nothing was answered since. A request that is sent again has what is left of it.
    /// More than zero. Default: for ever.
    duration attempt_timeout = duration::max();
};

/// The head of a response with what was measured on the way to its end.
class response {
public:
    response() = default;

    /// The status, 100 to 999. 0 while no response was read.
    int status = 0;

    /// The header fields in order of arrival, trailers left out. Values are free of control characters.
    std::vector<field> fields;

    /// What is known of a failure beyond its error code: a sentence that says why and what to do, in printable ASCII. Set
    /// when TLS fails, so that it names the cause ("the server's certificate expired on ..."); may quote names that the
    /// server's certificate has. Empty on success, and when nothing more is known.
    std::string problem;

    /// Where the time went.
    phase_times times;

    /// When the head was complete, by the monotonic clock.
    time_point arrived_at{};

    /// When the head was complete, by the wall clock.
    std::chrono::system_clock::time_point arrived_at_wall_time{};

    /// Whether the connection had served a request before.
    bool on_reused_connection = false;

    /// The first field of that name, compared without case; nothing when there is none.
    ROOMPORT_EXPORT std::optional<std::string_view> find(std::string_view name) const;
};

/// The point before which no request may be sent, from Retry-After: seconds, or an HTTP date in any of its three forms,
/// taken relative to the response's Date, or without one to the wall clock at its arrival. A date in the past is the
/// arrival itself. Seconds may have a sign "+", a fraction or an exponent, a unit ("1m30s", "500 ms") and quotes, and are
/// rounded up; of a list, or of several fields, the latest point counts. Thread-safe.
/// @return nothing without a valid field; at most 5 min after the arrival.
ROOMPORT_EXPORT std::optional<time_point> retry_not_before(const response& answer);

} // namespace roomport::http
