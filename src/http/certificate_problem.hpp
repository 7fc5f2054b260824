#pragma once

#include <openssl/x509_vfy.h>
#include <string>
#include <string_view>

namespace roomport::http::detail {

/// Why a certificate of the server was refused and what to do about it, as a sentence in printable ASCII.
/// @param check what refused it, at the certificate in question.
/// @param host  the host that the certificate has to name.
/// @param trust what trusted CAs are taken from, for a human: "the CA file ca.pem".
std::string certificate_problem(X509_STORE_CTX* check, std::string_view host,
                                std::string_view trust);

} // namespace roomport::http::detail
