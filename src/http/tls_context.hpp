#pragma once

#include <roomport/http/origin.hpp>
#include <roomport/http/pool_options.hpp>

#include <cstddef>
#include <memory>
#include <openssl/ssl.h>
#include <vector>

namespace roomport::http::detail {

struct openssl_deleter {
    void operator()(SSL_CTX* context) const noexcept;
    void operator()(SSL* connection) const noexcept;
    void operator()(SSL_SESSION* session) const noexcept;
};

using ssl_ptr = std::unique_ptr<SSL, openssl_deleter>;
using session_ptr = std::unique_ptr<SSL_SESSION, openssl_deleter>;

/// What all TLS connections of a pool share: settings, trust, and the sessions that can be resumed.
///
/// Used on the pool's executor only, except to be made.
class tls_context {
public:
    /// @param sessions_kept the most sessions kept for resumption.
    /// @throws boost::system::system_error when a file can't be used.
    tls_context(const origin& target, const tls_options& options, std::size_t sessions_kept);
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;
    ~tls_context();

    /// A connection that verifies the origin's host and offers a session if there is one.
    /// @return null when out of memory.
    ssl_ptr make_connection();

    /// Forgets all sessions, after a handshake with one of them failed.
    void forget_sessions() noexcept { sessions_.clear(); }

private:
    static int keep_session(SSL* connection, SSL_SESSION* session);
    bool identify(SSL* connection) const;
    void offer_session(SSL* connection);

    std::string host_;
    bool host_is_address_;
    std::size_t sessions_kept_;
    std::unique_ptr<SSL_CTX, openssl_deleter> context_;
    std::vector<session_ptr> sessions_;
};

} // namespace roomport::http::detail
