#pragma once

#include <roomport/export.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>

#include <string_view>
#include <type_traits>

namespace roomport {

using boost::system::error_code;

/// The library's own failures, as codes of category "roomport".
///
/// Three more kinds of codes reach a caller: an HTTP status that is not the wanted one, as a code of
/// @ref http_status_category, `boost::asio::error::operation_aborted` after a cancellation, and
/// `boost::asio::error::no_memory`. Compare any of them with @ref errc to ask for a class of failures.
enum class error {
    /// No socket could be opened, or no address of the host accepted a TCP connection.
    connect_failed = 1,
    /// The host name does not exist.
    host_not_found,
    /// The host name could not be resolved now.
    resolve_failed,
    /// The TLS handshake failed for another reason than identity or version.
    tls_handshake_failed,
    /// The server's certificate does not prove the identity that was asked for.
    tls_identity_refused,
    /// Client and server have no TLS version in common.
    tls_version_refused,
    /// A TLS record was damaged, or the peer sent an alert after the handshake.
    tls_broken,
    /// One attempt took longer than its deadline.
    attempt_timeout,
    /// One connection took longer to establish than the connect timeout.
    connect_timeout,
    /// No connection of the pool became free in time.
    acquire_timeout,
    /// The wait's own deadline passed before the room was ready.
    deadline_passed,
    /// The connection ended before the message was complete.
    connection_closed,
    /// The peer broke HTTP.
    bad_http,
    /// The header section of a response is larger than allowed.
    headers_too_large,
    /// The body of a response is larger than allowed.
    body_too_large,
    /// A value inside a document is larger than allowed.
    value_too_large,
    /// Too many callers wait for a connection of the pool.
    queue_full,
    /// The document is not JSON.
    not_json,
    /// The document is JSON of another shape than the model's.
    wrong_shape,
    /// The document has the right shape but breaks a promise of the API.
    broken_promise,
    /// An argument is outside its documented range; nothing was sent.
    invalid_argument,
    /// Plain HTTP beyond loopback was asked for without allowing it, or with a token.
    plaintext_refused,
    /// There is no token, or what was configured holds none: a missing file, a text that no token has. Trying again does
    /// not help before somebody acts.
    token_unavailable,
    /// A token source of one's own threw, or gave an error of its own. Trying again may help, as with a server in trouble.
    token_source_failed,
};

/// Classes of failures, as error conditions: `if (ec == roomport::errc::timeout)`.
///
/// The first fourteen partition all failures; @ref word names them as the command line does. The others cut across
/// them.
enum class errc {
    connect = 1,
    dns,
    tls,
    timeout,
    closed,
    protocol,
    limit,
    http_status,
    redirect,
    parse,
    schema,
    contract,
    invalid_argument,
    cancelled,

    /// HTTP status 404 or 410: the room is not, or no longer, there.
    room_gone,
    /// HTTP status 401, 402 or 403: the token or the account is refused.
    unauthorized,
    /// The server can't be reached or is in trouble; trying again later may help.
    server_unavailable,
    /// The server answered something this client can't accept.
    bad_response,
    /// The deadline of a wait or of a create-and-wait passed, and not that of one poll or call; @ref wait_evidence::reason
    /// tells why there was no result until then.
    deadline_passed,
    /// No token could be had: `error::token_unavailable` or `error::token_source_failed`.
    token_unavailable,
    /// HTTP status 409 or 422: what was asked for collides with what is there, like a second creation of one room id. A
    /// value that the server does not accept is 422 as well; the server's message tells them apart.
    conflict,
};

/// The category of @ref error. Its name is "roomport". Thread-safe.
ROOMPORT_EXPORT const boost::system::error_category& error_category() noexcept;

/// The category of HTTP statuses as errors. Its name is "roomport.http"; the value is the status. Thread-safe.
ROOMPORT_EXPORT const boost::system::error_category& http_status_category() noexcept;

/// The category of @ref errc. Its name is "roomport.condition". Thread-safe.
ROOMPORT_EXPORT const boost::system::error_category& condition_category() noexcept;

/// The code of category "roomport" for a failure; found by Boost.System when an @ref error is assigned or compared.
ROOMPORT_EXPORT error_code make_error_code(error value) noexcept;

/// The condition for a class of failures; found by Boost.System when a code is compared with an @ref errc.
ROOMPORT_EXPORT boost::system::error_condition make_error_condition(errc value) noexcept;

/// An HTTP status as an error code.
/// @param status the three-digit status of a response, 100 to 999.
ROOMPORT_EXPORT error_code make_http_status_error(int status) noexcept;

/// The class of a failure, one of the first fourteen of @ref errc.
///
/// A code this library does not produce counts as `errc::connect` when it is a system or network error, the
/// nearest meaning for whoever has to act on it; so do `boost::asio::error::no_memory`, which may pass as well, and
/// `error::token_source_failed`, as what gives the token could not be reached.
/// @pre `ec.failed()`
ROOMPORT_EXPORT errc classify(error_code ec) noexcept;

/// The word for a class of failures, as it stands in JSON output: "connect", "http_status", ...
ROOMPORT_EXPORT std::string_view word(errc value) noexcept;

} // namespace roomport

/// @cond
template <>
struct boost::system::is_error_code_enum<roomport::error> : std::true_type {};

template <>
struct boost::system::is_error_condition_enum<roomport::errc> : std::true_type {};
/// @endcond
