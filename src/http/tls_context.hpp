#pragma once

#include "http/tls_problem.hpp"

#include <roomport/http/origin.hpp>
#include <roomport/http/pool_options.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/ssl.h>
#include <string>
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

    /// A connection that verifies the origin's host and offers a session if there is one. Reads the client certificate
    /// again when its files have changed; one that can't be used yet, half replaced perhaps, leaves the former in use.
    /// @param notes written to by the connection; must outlive it.
    /// @return null when out of memory.
    ssl_ptr make_connection(handshake_notes& notes);

    /// The host whose identity is to be proven.
    const std::string& host() const noexcept { return host_; }

    /// Forgets all sessions, after a handshake with one of them failed.
    void forget_sessions() noexcept { sessions_.clear(); }

private:
    /// Tells one state of a file from another.
    struct file_stamp {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;

        friend bool operator==(const file_stamp&, const file_stamp&) = default;
    };
    using identity_stamp = std::array<file_stamp, 2>;

    static file_stamp stamp_of(const std::string& file) noexcept;
    identity_stamp stamp_of_identity() const noexcept;
    void refresh_identity();

    static int check_certificate(int is_good, X509_STORE_CTX* check);
    static int want_certificate(SSL* connection, X509** certificate, EVP_PKEY** key);
    static int keep_session(SSL* connection, SSL_SESSION* session);
    bool identify(SSL* connection) const;
    void offer_session(SSL* connection);

    std::string host_;
    tls_options options_;
    identity_stamp identity_stamp_;
    bool host_is_address_;
    std::size_t sessions_kept_;
    std::unique_ptr<SSL_CTX, openssl_deleter> context_;
    std::vector<session_ptr> sessions_;
};

} // namespace roomport::http::detail
