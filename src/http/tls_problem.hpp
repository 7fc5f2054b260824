#pragma once

#include <openssl/ssl.h>
#include <string>
#include <string_view>

namespace roomport::http::detail {

/// What a TLS connection has shown so far, beside what OpenSSL keeps.
class handshake_notes {
public:
    handshake_notes() = default;

    /// Why the server's certificate was refused; empty while it was not.
    std::string certificate_problem;

    /// The server asked for a client certificate, and none was sent.
    bool sent_no_certificate = false;
};

/// Why TLS failed and what to do about it, as a sentence in printable ASCII.
/// @param reason     what OpenSSL's error queue says, packed.
/// @param connection the connection that failed.
/// @param host       the host that the connection was meant for.
std::string tls_problem(unsigned long reason, const SSL* connection, const handshake_notes& notes,
                        std::string_view host);

/// The same for a connection that was ended without a word of TLS.
std::string silent_end_problem(bool in_handshake, const handshake_notes& notes);

} // namespace roomport::http::detail
