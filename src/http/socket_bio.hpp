#pragma once

#include <openssl/bio.h>

namespace roomport::http::detail {

/// How the socket under a TLS connection fares, which OpenSSL's own errors blur.
struct socket_state {
    int socket = -1;
    bool at_end = false;
    int system_error = 0;
};

/// A BIO over a non-blocking socket. Unlike OpenSSL's own it never raises SIGPIPE and remembers how the socket failed.
/// @param state must outlive the BIO.
/// @return null when out of memory.
BIO* make_socket_bio(socket_state& state);

} // namespace roomport::http::detail
