#pragma once

#include <roomport/clock.hpp>
#include <roomport/default_timeouts.hpp>
#include <roomport/http/resolver.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace roomport::http {

/// How the pool proves identities.
///
/// Verification is always on: TLS 1.2 or later, OpenSSL's security level 2, the host against the certificate's
/// subject alternative names only. The machine's OpenSSL configuration may demand more, and then does; it can't lower this.
/// The files are read when the pool is made; those of the client certificate are looked at before each new connection
/// and read again when they have changed, once they belong together.
class tls_options {
public:
    tls_options() = default;

    /// A file of the CAs to trust, in PEM, or one in DER; empty, the default: the system's store. Each certificate in it is an
    /// anchor, whoever issued it: an issuing CA is enough, and so is the server's own certificate.
    std::string ca_file;

    /// A PEM file of the client's certificate chain, the client's own first; empty, the default: none.
    std::string certificate_file;

    /// A PEM file of the client certificate's private key, without a passphrase. To be given exactly when
    /// `certificate_file` is.
    std::string private_key_file;
};

/// How a pool works. The pool's constructor checks the ranges.
class pool_options {
public:
    pool_options() = default;

    /// Connections at most, those being opened included. 1 to 10,000. Default 8.
    std::size_t max_connections = 8;

    /// Connections that polls find (@ref request_class) however many calls wait, while calls have the others however many
    /// polls wait. What one class does not use is lent to the other. Below `max_connections`. 0, the default: an eighth of
    /// `max_connections`; with fewer than 8 connections one, of which polls then use no more than an eighth of the time
    /// of all.
    std::size_t poll_connections = 0;

    /// Requests of each class that may wait for a connection beside those for which one is being opened; more complete
    /// with `error::queue_full`. Zero: none. Default 65,536.
    std::size_t max_waiting = 65'536;

    /// How long a request may wait for a connection, one being opened included, before `error::acquire_timeout`; zero,
    /// the default: until the request's own deadline. Not negative. A request that is sent again waits anew.
    duration acquire_timeout{};

    /// DNS, TCP and TLS of one connection together; `error::connect_timeout` after. The addresses of a host share it:
    /// each is given up after its part of what is left. More than zero. Default 5 s.
    duration connect_timeout = default_connect_timeout;

    /// How long a connection may be idle before it is closed. More than zero. Default 30 s.
    duration idle_timeout = std::chrono::seconds(30);

    /// Allows plain HTTP beyond loopback. A token is not sent over it in any case. Default false:
    /// `error::plaintext_refused` unless the origin's host is literally `localhost`, in 127.0.0.0/8 or `::1`,
    /// and leads to a loopback address.
    bool allow_plaintext = false;

    /// Sent as User-Agent. Without control characters. Empty, the default: "roomport/VERSION".
    std::string user_agent;

    /// How identities are proven; not used with plain HTTP.
    tls_options tls;

    /// Null, the default: `system_resolver()`. Not asked when the origin's host is an IP address.
    std::shared_ptr<http::resolver> resolver;
};

} // namespace roomport::http
