#include "httpd/tls_context.hpp"

#include "common/regular_file.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace roomport::httpd {
namespace {

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
    static constexpr std::array<unsigned char, 9> http_1_1{8,   'h', 't', 't', 'p',
                                                           '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(&chosen, out_length, http_1_1.data(), http_1_1.size(),
                                             offered, offered_length);
    *out = chosen;
    // RFC 7301, 3.2: a server that shares no protocol with the client says so with an alert.
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// The bytes of a file, which may be secret.
class pem_file {
public:
    explicit pem_file(const std::string& path) {
        constexpr std::size_t largest = std::size_t{1} << 20U;
        try {
            bytes_ = detail::read_regular_file(path, largest);
        } catch (const detail::unusable_file& why) {
            throw boost::system::system_error(
                make_error_code(boost::system::errc::invalid_argument), path + ": " + why.what());
        }
    }
    pem_file(const pem_file&) = delete;
    pem_file& operator=(const pem_file&) = delete;
    ~pem_file() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

    boost::asio::const_buffer bytes() const { return boost::asio::buffer(bytes_); }

private:
    std::string bytes_;
};

} // namespace

std::shared_ptr<boost::asio::ssl::context>
make_tls_context(const std::string& certificate_chain_file, const std::string& key_file) {
    namespace ssl = boost::asio::ssl;
    const pem_file certificate_chain(certificate_chain_file);
    const pem_file key(key_file);
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* native = context->native_handle();
    // The machine's OpenSSL configuration may demand more than we do, but we never less than it.
    SSL_CTX_set_min_proto_version(
        native, std::max<long>(SSL_CTX_get_min_proto_version(native), TLS1_2_VERSION));
    SSL_CTX_set_security_level(native, std::max(SSL_CTX_get_security_level(native), 2));
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    static constexpr std::string_view session_context = "roomport";
    SSL_CTX_set_session_id_context(native,
                                   reinterpret_cast<const unsigned char*>(session_context.data()),
                                   static_cast<unsigned int>(session_context.size()));
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    context->use_certificate_chain(certificate_chain.bytes());
    context->use_private_key(key.bytes(), ssl::context::pem);
    if (SSL_CTX_check_private_key(native) != 1) {
        throw boost::system::system_error(static_cast<int>(ERR_get_error()),
                                          boost::asio::error::get_ssl_category(),
                                          "certificate and key don't belong together");
    }
    return context;
}

} // namespace roomport::httpd
