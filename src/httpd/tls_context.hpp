#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace roomport::httpd {

/// A server's TLS settings: TLS 1.2 or later, security level 2, session tickets, ALPN `http/1.1`.
/// @param certificate_chain_file PEM, the leaf first.
/// @param key_file PEM, without a passphrase.
/// @throws boost::system::system_error when a file can't be read or the two don't belong together.
std::shared_ptr<boost::asio::ssl::context>
make_tls_context(const std::string& certificate_chain_file, const std::string& key_file);

} // namespace roomport::httpd
