#pragma once

#include <roomport/error.hpp>

namespace roomport::http::detail {

/// The meaning of a handshake that failed inside TLS.
/// @param reason        what OpenSSL's error queue says, packed.
/// @param verify_result the outcome of the certificate check, an X509_V_ value.
error_code handshake_error(unsigned long reason, long verify_result) noexcept;

} // namespace roomport::http::detail
