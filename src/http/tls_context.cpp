#include "http/tls_context.hpp"

#include "http/certificate_problem.hpp"
#include "http/tls_files.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <utility>

namespace roomport::http::detail {
namespace {

constexpr int security_level = 2;
constexpr std::size_t most_with_kept_buffers = 256;
constexpr std::array<unsigned char, 9> alpn_http1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

[[noreturn]] void refuse(const std::string& what) {
    const auto reason = ERR_peek_last_error();
    std::string text = what;
    if (const char* detail = ERR_reason_error_string(reason)) {
        text.append(" (").append(detail).append(")");
    }
    ERR_clear_error();
    throw boost::system::system_error(error::invalid_argument, text);
}

void load_trust(SSL_CTX* context, const tls_options& options) {
    if (!options.ca_file.empty()) {
        load_anchors(context, options.ca_file);
    } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
        refuse("the system's certificate store can't be used");
    }
}

// The machine's OpenSSL configuration may demand more than we do, but we never less than it.
bool raise_policy(SSL_CTX* context) {
    const auto least = std::max<long>(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    SSL_CTX_set_security_level(context,
                               std::max(SSL_CTX_get_security_level(context), security_level));
    return SSL_CTX_set_min_proto_version(context, least) == 1;
}

} // namespace

void openssl_deleter::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}
void openssl_deleter::operator()(SSL* connection) const noexcept {
    SSL_free(connection);
}
void openssl_deleter::operator()(SSL_SESSION* session) const noexcept {
    SSL_SESSION_free(session);
}

tls_context::tls_context(const origin& target, const tls_options& options,
                         std::size_t sessions_kept)
    : host_(target.host()), options_(options), sessions_kept_(sessions_kept) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host_, not_an_address);
    host_is_address_ = !not_an_address;
    // A certificate names a host without the dot that marks it as absolute.
    if (!host_is_address_ && host_.ends_with('.')) {
        host_.pop_back();
    }

    ERR_clear_error();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* context = context_.get();
    if (context == nullptr || !raise_policy(context) ||
        SSL_CTX_set_alpn_protos(context, alpn_http1.data(), alpn_http1.size()) != 0) {
        refuse("TLS can't be set up");
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A connection's buffers have 34 KiB: to make them anew for each answer costs a few connections more than to keep them.
    if (sessions_kept > most_with_kept_buffers) {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &tls_context::check_certificate);
    SSL_CTX_set_client_cert_cb(context, &tls_context::want_certificate);
    load_trust(context, options_);
    if (options_.certificate_file.empty() != options_.private_key_file.empty()) {
        refuse("a client certificate needs both a certificate file and a private key file");
    }
    if (!options_.certificate_file.empty()) {
        identity_stamp_ = stamp_of_identity();
        load_client_certificate(context, options_.certificate_file, options_.private_key_file);
    }

    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_sess_set_new_cb(context, &tls_context::keep_session);
    sessions_.reserve(sessions_kept_);
}

tls_context::~tls_context() = default;

tls_context::file_stamp tls_context::stamp_of(const std::string& file) noexcept {
    struct stat found {};
    file_stamp stamp;
    if (::stat(file.c_str(), &found) == 0) {
        stamp.device = found.st_dev;
        stamp.inode = found.st_ino;
        stamp.size = found.st_size;
        stamp.seconds = found.st_mtim.tv_sec;
        stamp.nanoseconds = found.st_mtim.tv_nsec;
    }
    return stamp;
}

tls_context::identity_stamp tls_context::stamp_of_identity() const noexcept {
    return {stamp_of(options_.certificate_file), stamp_of(options_.private_key_file)};
}

void tls_context::refresh_identity() {
    if (options_.certificate_file.empty()) {
        return;
    }
    // Taken before the files are read: what changes meanwhile is seen the next time.
    const auto stamp = stamp_of_identity();
    if (stamp == identity_stamp_) {
        return;
    }
    try {
        load_client_certificate(context_.get(), options_.certificate_file,
                                options_.private_key_file);
    } catch (const boost::system::system_error&) {
        return;
    }
    identity_stamp_ = stamp;
    // To resume a session is to be who one was.
    forget_sessions();
}

ssl_ptr tls_context::make_connection(handshake_notes& notes) {
    refresh_identity();
    ssl_ptr connection(SSL_new(context_.get()));
    if (!connection || !identify(connection.get())) {
        return nullptr;
    }
    SSL_set_app_data(connection.get(), &notes);
    SSL_set_connect_state(connection.get());
    offer_session(connection.get());
    return connection;
}

bool tls_context::identify(SSL* connection) const {
    SSL_set_hostflags(connection,
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (host_is_address_) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host_.c_str()) == 1;
    }
    return SSL_set1_host(connection, host_.c_str()) == 1 &&
           SSL_set_tlsext_host_name(connection, host_.c_str()) == 1;
}

void tls_context::offer_session(SSL* connection) {
    if (sessions_.empty()) {
        return;
    }
    SSL_SESSION* session = sessions_.back().get();
    SSL_set_session(connection, session);
    // A TLS 1.3 ticket that is shown twice lets an onlooker link the connections, and many servers take it once only.
    if (SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION) {
        sessions_.pop_back();
    }
}

int tls_context::check_certificate(int is_good, X509_STORE_CTX* check) {
    if (is_good == 1) {
        return is_good;
    }
    const auto* connection = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* self =
        static_cast<const tls_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    auto* notes = static_cast<handshake_notes*>(SSL_get_app_data(connection));
    try {
        const auto& file = self->options_.ca_file;
        notes->certificate_problem = certificate_problem(
            check, self->host_, file.empty() ? "the system's store" : "the CA file " + file);
    } catch (const std::bad_alloc&) {
        // The refusal stands without its reason.
    }
    return is_good;
}

int tls_context::want_certificate(SSL* connection, X509**, EVP_PKEY**) {
    static_cast<handshake_notes*>(SSL_get_app_data(connection))->sent_no_certificate = true;
    return 0;
}

int tls_context::keep_session(SSL* connection, SSL_SESSION* session) {
    auto* self = static_cast<tls_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    if (self->sessions_kept_ == 0 || SSL_SESSION_is_resumable(session) != 1) {
        return 0;
    }
    if (self->sessions_.size() >= self->sessions_kept_) {
        self->sessions_.erase(self->sessions_.begin());
    }
    self->sessions_.emplace_back(session);
    return 1;
}

} // namespace roomport::http::detail
