#include "http/tls_files.hpp"

#include "common/regular_file.hpp"

#include <roomport/error.hpp>

#include <boost/system/system_error.hpp>

#include <cstddef>
#include <memory>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string_view>
#include <system_error>

namespace roomport::http::detail {
namespace {

struct tls_file_deleter {
    void operator()(BIO* memory) const noexcept { BIO_free(memory); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(STACK_OF(X509) * list) const noexcept { sk_X509_pop_free(list, X509_free); }
    void operator()(STACK_OF(X509_INFO) * list) const noexcept {
        sk_X509_INFO_pop_free(list, X509_INFO_free);
    }
};

template <class T>
using tls_file_ptr = std::unique_ptr<T, tls_file_deleter>;

[[noreturn]] void refuse_file(const std::string& what, const std::string& file,
                              const std::string& why) {
    ERR_clear_error();
    throw boost::system::system_error(error::invalid_argument,
                                      what + " can't be used: " + file + " (" + why + ")");
}

std::string openssl_reason() {
    const char* const text = ERR_reason_error_string(ERR_peek_last_error());
    return text != nullptr ? text : "unknown reason";
}

/// The bytes of a file, which may be secret.
class file_content {
public:
    file_content(const std::string& what, const std::string& file) {
        // The certificates of all public authorities are 200 KB.
        constexpr std::size_t largest = std::size_t{16} << 20U;
        try {
            bytes_ = roomport::detail::read_regular_file(file, largest);
        } catch (const roomport::detail::unusable_file& why) {
            refuse_file(what, file, why.what());
        }
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        text_ = bytes_;
        if (text_.starts_with(byte_order_mark)) {
            text_.remove_prefix(byte_order_mark.size());
        }
    }
    file_content(const file_content&) = delete;
    file_content& operator=(const file_content&) = delete;
    ~file_content() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

    std::string_view text() const noexcept { return text_; }

    tls_file_ptr<BIO> open() const {
        tls_file_ptr<BIO> memory(BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size())));
        if (!memory) {
            throw std::bad_alloc();
        }
        return memory;
    }

private:
    std::string bytes_;
    std::string_view text_;
};

// Without it OpenSSL would ask on the terminal.
int no_passphrase_for_file(char*, int, int, void*) {
    return 0;
}

int add_pem_anchors(X509_STORE* store, BIO* from) {
    const tls_file_ptr<STACK_OF(X509_INFO)> all(
        PEM_X509_INFO_read_bio(from, nullptr, no_passphrase_for_file, nullptr));
    int count = 0;
    for (int i = 0; all && i < sk_X509_INFO_num(all.get()); ++i) {
        const X509_INFO* each = sk_X509_INFO_value(all.get(), i);
        if (each->x509 != nullptr && X509_STORE_add_cert(store, each->x509) == 1) {
            ++count;
        }
        if (each->crl != nullptr) {
            X509_STORE_add_crl(store, each->crl);
        }
    }
    return count;
}

bool add_der_anchor(X509_STORE* store, BIO* from) {
    const tls_file_ptr<X509> certificate(d2i_X509_bio(from, nullptr));
    return certificate && X509_STORE_add_cert(store, certificate.get()) == 1;
}

} // namespace

void load_anchors(SSL_CTX* context, const std::string& file) {
    static constexpr const char* what = "the CA file";
    const file_content content(what, file);
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    ERR_clear_error();
    const bool is_pem = content.text().find("-----BEGIN") != std::string_view::npos;
    const bool ok = is_pem ? add_pem_anchors(store, content.open().get()) > 0
                           : add_der_anchor(store, content.open().get());
    if (!ok) {
        refuse_file(what, file,
                    "it holds no certificate that can be read: " + openssl_reason() +
                        "; give the CA's certificate in PEM");
    }
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    ERR_clear_error();
}

void load_client_certificate(SSL_CTX* context, const std::string& certificate_file,
                             const std::string& key_file) {
    static constexpr const char* certificate_what = "the client certificate";
    static constexpr const char* key_what = "the client certificate's key";
    const file_content certificates(certificate_what, certificate_file);
    const file_content keys(key_what, key_file);

    ERR_clear_error();
    const auto certificate_source = certificates.open();
    const tls_file_ptr<X509> own(
        PEM_read_bio_X509_AUX(certificate_source.get(), nullptr, no_passphrase_for_file, nullptr));
    if (!own) {
        refuse_file(certificate_what, certificate_file,
                    "it holds no certificate that can be read: " + openssl_reason() +
                        "; give it in PEM, the client's own first");
    }
    const tls_file_ptr<STACK_OF(X509)> chain(sk_X509_new_null());
    while (X509* next = PEM_read_bio_X509(certificate_source.get(), nullptr, no_passphrase_for_file,
                                          nullptr)) {
        if (!chain || sk_X509_push(chain.get(), next) == 0) {
            X509_free(next);
            throw std::bad_alloc();
        }
    }

    ERR_clear_error();
    const tls_file_ptr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(keys.open().get(), nullptr, no_passphrase_for_file, nullptr));
    if (!key) {
        const bool is_locked = keys.text().find("ENCRYPTED") != std::string_view::npos;
        refuse_file(key_what, key_file,
                    is_locked
                        ? "it is protected by a passphrase; give it without one, readable for "
                          "its owner alone"
                        : "it holds no private key that can be read: " + openssl_reason() +
                              "; give it in PEM");
    }
    if (X509_check_private_key(own.get(), key.get()) != 1) {
        refuse_file(key_what, key_file,
                    "it does not belong to the client certificate " + certificate_file +
                        "; give the two that were made together");
    }
    if (SSL_CTX_use_cert_and_key(context, own.get(), key.get(), chain.get(), 1) != 1) {
        refuse_file(certificate_what, certificate_file, openssl_reason());
    }
    ERR_clear_error();
}

} // namespace roomport::http::detail
