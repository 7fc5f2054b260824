#pragma once

#include <openssl/ssl.h>
#include <string>

namespace roomport::http::detail {

/// Makes the certificates of a file the anchors of a context, whoever issued them: an issuing CA alone is enough. PEM, with
/// text or a byte order mark around it, or one certificate in DER.
/// @throws boost::system::system_error `error::invalid_argument` with a text that names the file.
void load_anchors(SSL_CTX* context, const std::string& file);

/// Makes a certificate with its chain and the key to it, two PEM files, those that a context shows. What it showed before
/// stays when that fails.
/// @throws boost::system::system_error `error::invalid_argument` with a text that names the file.
void load_client_certificate(SSL_CTX* context, const std::string& certificate_file,
                             const std::string& key_file);

} // namespace roomport::http::detail
