#include "http/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace roomport::http::detail {

error_code handshake_error(unsigned long reason, long verify_result) noexcept {
    if (ERR_GET_LIB(reason) != ERR_LIB_SSL) {
        return error::tls_handshake_failed;
    }
    switch (ERR_GET_REASON(reason)) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return verify_result == X509_V_OK ? error::tls_handshake_failed
                                          : error::tls_identity_refused;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return error::tls_version_refused;
    default:
        return error::tls_handshake_failed;
    }
}

} // namespace roomport::http::detail
