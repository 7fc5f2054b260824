#include "support/test_certificates.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <unistd.h>

namespace roomport::test {
namespace {

struct deleter {
    void operator()(X509* it) const { X509_free(it); }
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(BIO* it) const { BIO_free(it); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

void require(bool condition) {
    if (!condition) {
        throw std::runtime_error("a test certificate could not be made");
    }
}

owned<EVP_PKEY> make_key(int rsa_bits) {
    owned<EVP_PKEY> key(rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits))
                                     : EVP_EC_gen("P-256"));
    require(key != nullptr);
    return key;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

owned<BIO> reader_of(const std::string& pem) {
    return owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

void add_extension(X509* to, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    require(extension != nullptr && X509_add_ext(to, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void add_raw_name(X509* to, const std::string& name) {
    GENERAL_NAMES* names = GENERAL_NAMES_new();
    GENERAL_NAME* entry = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    require(ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1);
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, entry);
    require(X509_add1_ext_i2d(to, NID_subject_alt_name, names, 0, 0) == 1);
    GENERAL_NAMES_free(names);
}

} // namespace

certificate make_certificate(const certificate_wish& wish, const certificate* issuer) {
    static std::atomic<long> last_serial{1000};
    const auto key = make_key(wish.rsa_bits);
    const owned<X509> made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++last_serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), static_cast<long>(wish.valid_from.count()));
    X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(wish.valid_to.count()));
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                               -1, 0);

    owned<X509> issuer_certificate;
    owned<EVP_PKEY> issuer_key;
    if (issuer != nullptr) {
        issuer_certificate.reset(
            PEM_read_bio_X509(reader_of(issuer->certificate_pem).get(), nullptr, nullptr, nullptr));
        issuer_key.reset(
            PEM_read_bio_PrivateKey(reader_of(issuer->key_pem).get(), nullptr, nullptr, nullptr));
        require(issuer_certificate && issuer_key);
    }
    X509* signer = issuer != nullptr ? issuer_certificate.get() : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
    add_extension(made.get(), signer, NID_basic_constraints,
                  wish.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (wish.is_ca) {
        add_extension(made.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    if (!wish.raw_dns_name.empty()) {
        add_raw_name(made.get(), wish.raw_dns_name);
    } else if (!wish.alternative_names.empty()) {
        add_extension(made.get(), signer, NID_subject_alt_name, wish.alternative_names);
    }
    if (!wish.usage.empty() && !wish.is_ca) {
        add_extension(made.get(), signer, NID_ext_key_usage, wish.usage);
    }
    EVP_PKEY* signing_key = issuer != nullptr ? issuer_key.get() : key.get();
    require(X509_sign(made.get(), signing_key, wish.sign_with_sha1 ? EVP_sha1() : EVP_sha256()) >
            0);

    certificate result;
    const owned<BIO> certificate_out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificate_out.get(), made.get());
    result.certificate_pem = text_of(certificate_out.get());
    const owned<BIO> key_out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    result.key_pem = text_of(key_out.get());
    return result;
}

certificate make_ca(const std::string& name) {
    certificate_wish wish;
    wish.common_name = name;
    wish.alternative_names.clear();
    wish.is_ca = true;
    return make_certificate(wish);
}

temporary_file::temporary_file(const std::string& content) {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder != nullptr ? folder : "/tmp") + "/roomport-test-XXXXXX";
    const int handle = ::mkstemp(path_.data());
    require(handle >= 0);
    ::close(handle);
    std::ofstream(path_, std::ios::binary) << content;
}

temporary_file::~temporary_file() {
    std::remove(path_.c_str());
}

} // namespace roomport::test
