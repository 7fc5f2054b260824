#include "server/service/certificate_authority.hpp"

#include "program/files.hpp"

#include <boost/asio/ip/address.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>
#include <stdexcept>

namespace roomport::server {
namespace {

using std::chrono::system_clock;

constexpr auto ca_lifetime = std::chrono::hours(24 * 3650);
constexpr auto leaf_lifetime = std::chrono::hours(24 * 397);
constexpr auto renewal_margin = std::chrono::hours(24 * 30);

template <auto Function>
struct freeing {
    template <class T>
    void operator()(T* object) const {
        Function(object);
    }
};
using key_pointer = std::unique_ptr<EVP_PKEY, freeing<EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, freeing<X509_free>>;
using bio_pointer = std::unique_ptr<BIO, freeing<BIO_free>>;
using extension_pointer = std::unique_ptr<X509_EXTENSION, freeing<X509_EXTENSION_free>>;
using number_pointer = std::unique_ptr<BIGNUM, freeing<BN_free>>;
using names_pointer = std::unique_ptr<GENERAL_NAMES, freeing<GENERAL_NAMES_free>>;

void require(bool done) {
    if (!done) {
        const char* reason = ERR_reason_error_string(ERR_get_error());
        throw std::runtime_error(std::string("a certificate could not be made: ") +
                                 (reason != nullptr ? reason : "unknown reason"));
    }
}

class identity {
public:
    identity() = default;
    key_pointer key;
    certificate_pointer certificate;
    explicit operator bool() const { return key && certificate; }
};

identity load(const certificate_files& files) {
    identity result;
    const auto certificate = program::read_own_file(files.certificate, program::file_kind::plain);
    const auto key = program::read_own_file(files.key, program::file_kind::secret);
    if (!certificate || !key) {
        return result;
    }
    const bio_pointer certificate_text(
        BIO_new_mem_buf(certificate->data(), static_cast<int>(certificate->size())));
    const bio_pointer key_text(BIO_new_mem_buf(key->data(), static_cast<int>(key->size())));
    result.certificate.reset(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
    result.key.reset(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    // A crash between the two writes leaves files that don't belong together.
    if (!result || X509_check_private_key(result.certificate.get(), result.key.get()) != 1) {
        ERR_clear_error();
        return {};
    }
    return result;
}

void save(const certificate_files& files, const identity& what, const identity* issuer) {
    const auto contents = [](BIO* bio) {
        const char* data = nullptr;
        const auto size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    const bio_pointer key(BIO_new(BIO_s_mem()));
    const bio_pointer chain(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(key.get(), what.key.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1);
    require(PEM_write_bio_X509(chain.get(), what.certificate.get()) == 1);
    if (issuer != nullptr) {
        require(PEM_write_bio_X509(chain.get(), issuer->certificate.get()) == 1);
    }
    program::write_file(files.key, contents(key.get()), program::file_kind::secret);
    program::write_file(files.certificate, contents(chain.get()), program::file_kind::plain);
}

bool is_valid_at(const X509* certificate, system_clock::time_point now) {
    auto begin = system_clock::to_time_t(now);
    auto end = system_clock::to_time_t(now + renewal_margin);
    return X509_cmp_time(X509_get0_notBefore(certificate), &begin) < 0 &&
           X509_cmp_time(X509_get0_notAfter(certificate), &end) > 0;
}

std::set<std::string> names_in(const X509* certificate) {
    std::set<std::string> found;
    const names_pointer names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names.get(), i);
        const auto* text = name->type == GEN_IPADD ? name->d.iPAddress : name->d.dNSName;
        const std::string bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                static_cast<std::size_t>(ASN1_STRING_length(text)));
        if (name->type == GEN_DNS) {
            found.insert(bytes);
        } else if (bytes.size() == 4) {
            boost::asio::ip::address_v4::bytes_type raw{};
            std::copy(bytes.begin(), bytes.end(), raw.begin());
            found.insert(boost::asio::ip::address_v4(raw).to_string());
        } else if (bytes.size() == 16) {
            boost::asio::ip::address_v6::bytes_type raw{};
            std::copy(bytes.begin(), bytes.end(), raw.begin());
            found.insert(boost::asio::ip::address_v6(raw).to_string());
        }
    }
    return found;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_pointer extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// A certificate without extensions and signature.
identity begin_identity(const std::string& common_name, system_clock::time_point now,
                        std::chrono::hours lifetime) {
    identity made;
    made.key.reset(EVP_EC_gen("P-256"));
    made.certificate.reset(X509_new());
    require(static_cast<bool>(made));
    auto* certificate = made.certificate.get();
    const number_pointer serial(BN_new());
    require(serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr);
    X509_set_version(certificate, X509_VERSION_3);
    // Clocks differ: a client may be a little behind.
    ASN1_TIME_set(X509_getm_notBefore(certificate),
                  system_clock::to_time_t(now - std::chrono::hours(24)));
    ASN1_TIME_set(X509_getm_notAfter(certificate), system_clock::to_time_t(now + lifetime));
    require(X509_set_pubkey(certificate, made.key.get()) == 1 &&
            X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                       -1, -1, 0) == 1);
    return made;
}

identity make_ca(system_clock::time_point now) {
    auto made = begin_identity("roomport development CA", now, ca_lifetime);
    auto* certificate = made.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    require(X509_sign(certificate, made.key.get(), EVP_sha256()) != 0);
    return made;
}

identity issue(const identity& ca, const std::set<std::string>& names,
               system_clock::time_point now) {
    auto made = begin_identity("roomport room service", now, leaf_lifetime);
    auto* certificate = made.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(ca.certificate.get()));
    std::string alternatives;
    for (const auto& name : names) {
        boost::system::error_code ec;
        boost::asio::ip::make_address(name, ec);
        alternatives += (alternatives.empty() ? "" : ",") + std::string(ec ? "DNS:" : "IP:") + name;
    }
    add_extension(certificate, ca.certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, ca.certificate.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, ca.certificate.get(), NID_ext_key_usage, "serverAuth");
    add_extension(certificate, ca.certificate.get(), NID_subject_alt_name, alternatives);
    add_extension(certificate, ca.certificate.get(), NID_subject_key_identifier, "hash");
    add_extension(certificate, ca.certificate.get(), NID_authority_key_identifier, "keyid");
    require(X509_sign(certificate, ca.key.get(), EVP_sha256()) != 0);
    return made;
}

} // namespace

bool certificate_authority::provide(const std::vector<std::string>& names,
                                    system_clock::time_point now) {
    auto authority = load(ca());
    bool has_changed = false;
    if (!authority || !is_valid_at(authority.certificate.get(), now)) {
        authority = make_ca(now);
        save(ca(), authority, nullptr);
        has_changed = true;
    }
    const std::set<std::string> wanted(names.begin(), names.end());
    const auto current = load(leaf());
    const bool is_good = current && is_valid_at(current.certificate.get(), now) &&
                         names_in(current.certificate.get()) == wanted &&
                         X509_verify(current.certificate.get(), authority.key.get()) == 1;
    ERR_clear_error();
    if (!is_good) {
        save(leaf(), issue(authority, wanted, now), &authority);
        has_changed = true;
    }
    return has_changed;
}

} // namespace roomport::server
