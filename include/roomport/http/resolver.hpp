#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomport::http {

/// Turns a host name into addresses. May be replaced, for tests or for another name service.
class resolver {
public:
    /// Addresses with the port that was asked for, in the order in which they are to be tried.
    using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

    /// Called once with the outcome, from any thread, also from within `resolve`; the pool moves it to its own
    /// executor. Safe to call after the pool is gone. Must not throw.
    using callback = std::function<void(error_code, endpoints)>;

    resolver() = default;
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    virtual ~resolver() = default;

    /// Starts a look-up and returns at once. There is no cancellation: whoever no longer wants the outcome ignores it.
    /// Called on the pool's executor; must not block and must not throw.
    /// @param host a host name, never an IP address.
    /// @param port the port that the endpoints are to have.
    /// @param done takes the outcome: an error, `error::host_not_found`, `error::resolve_failed` or
    ///             `boost::asio::error::no_memory` say, or addresses in the order in which they are to be tried. Of other
    ///             errors, `boost::asio::error::host_not_found` becomes the first, and the rest the second.
    virtual void resolve(const std::string& host, std::uint16_t port, callback done) = 0;
};

/// The process-wide resolver: `getaddrinfo` on at most four detached threads, equal look-ups coalesced, addresses kept
/// for 5 s and failures for 1 s. Its state is never destroyed, so that leaving the program waits for no look-up. The
/// threads, the only ones that the library starts, end when there is nothing to look up, and block all signals.
/// Thread-safe.
ROOMPORT_EXPORT std::shared_ptr<resolver> system_resolver();

} // namespace roomport::http
