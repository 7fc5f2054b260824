#include "http/certificate_problem.hpp"

#include "http/ascii.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstddef>
#include <ctime>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace roomport::http::detail {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t longest_name = 100;
constexpr int most_names = 5;

struct certificate_text_deleter {
    void operator()(BIO* memory) const noexcept { BIO_free(memory); }
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
    void operator()(STACK_OF(X509) * list) const noexcept { sk_X509_pop_free(list, X509_free); }
};

// What a certificate says is the peer's own text.
std::string printable_name(std::string_view bytes) {
    std::string text(bytes.substr(0, longest_name));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return !is_visible(c) && c != ' '; }, '?');
    return bytes.size() > longest_name ? text + "..." : text;
}

std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, certificate_text_deleter> memory(BIO_new(BIO_s_mem()));
    char* bytes = nullptr;
    if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) < 0) {
        return "?";
    }
    const long size = BIO_get_mem_data(memory.get(), &bytes);
    return "'" + printable_name({bytes, static_cast<std::size_t>(size)}) + "'";
}

std::string time_text(const std::tm& time) {
    std::array<char, 40> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &time);
    return std::string(text.data(), size);
}

std::string time_text(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? time_text(parts) : "?";
}

std::string clock_hint() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    return "or set this machine's clock if it is wrong (it says " + time_text(parts) + ")";
}

std::string address_text(const ASN1_OCTET_STRING* address) {
    const unsigned char* bytes = ASN1_STRING_get0_data(address);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(address));
    ip::address_v4::bytes_type four{};
    ip::address_v6::bytes_type sixteen{};
    if (size == four.size()) {
        std::copy_n(bytes, size, four.begin());
        return ip::address_v4(four).to_string();
    }
    if (size == sixteen.size()) {
        std::copy_n(bytes, size, sixteen.begin());
        return ip::address_v6(sixteen).to_string();
    }
    return "?";
}

/// The hosts that a certificate names; empty when it names none.
std::string hosts_of(const X509* certificate) {
    const std::unique_ptr<GENERAL_NAMES, certificate_text_deleter> names(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::string list;
    int count = 0;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        const bool is_host = name->type == GEN_DNS || name->type == GEN_IPADD;
        if (!is_host || ++count > most_names) {
            continue;
        }
        list += list.empty() ? "" : ", ";
        if (name->type == GEN_IPADD) {
            list += address_text(name->d.iPAddress);
        } else {
            const auto* bytes =
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
            list += printable_name(
                {bytes, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))});
        }
    }
    if (count > most_names) {
        list += " and " + std::to_string(count - most_names) + " more";
    }
    return list;
}

std::string wrong_name(const X509* certificate, std::string_view host) {
    const auto hosts = hosts_of(certificate);
    const std::string end =
        "; use a name in the endpoint that the certificate has, or give the server a certificate "
        "for " +
        std::string(host);
    if (hosts.empty()) {
        return "the server's certificate " + name_text(X509_get_subject_name(certificate)) +
               " names no host among its subject alternative names, and a common name does not "
               "count: the name does not match '" +
               std::string(host) + "'" + end;
    }
    return "the name does not match: the server's certificate is not for '" + std::string(host) +
           "' but for " + hosts + end;
}

/// Whether a CA of that name is trusted, and so with another key.
bool knows_name(X509_STORE_CTX* check, const X509_NAME* name) {
    const std::unique_ptr<STACK_OF(X509), certificate_text_deleter> found(
        X509_STORE_CTX_get1_certs(check, name));
    return found && sk_X509_num(found.get()) > 0;
}

std::string no_issuer(X509_STORE_CTX* check, const X509* certificate, std::string_view trust) {
    const X509_NAME* issuer = X509_get_issuer_name(certificate);
    const auto name = name_text(issuer);
    if (knows_name(check, issuer)) {
        return "unknown issuer: " + std::string(trust) + " holds a CA named " + name +
               ", but with another key than the one that signed the server's certificate; give "
               "the CA's present certificate as the CA file";
    }
    if (sk_X509_num(X509_STORE_CTX_get0_untrusted(check)) <= 1) {
        return "unknown issuer: the server sent its certificate alone, and " + std::string(trust) +
               " does not hold the issuer " + name +
               "; if that is an intermediate certificate, it is missing: have the server send its "
               "whole chain; else give the certificate of that CA as the CA file";
    }
    return "unknown issuer: the chain that the server sent ends with one of the issuer " + name +
           ", which " + std::string(trust) +
           " does not hold; give the certificate of that CA as the CA file, or have the server "
           "send the intermediate certificate if that is what is missing";
}

std::string key_text(const X509* certificate) {
    const EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr) {
        return "of an unknown kind";
    }
    const char* kind = EVP_PKEY_get0_type_name(key);
    return std::string(kind != nullptr ? kind : "?") + ", " +
           std::to_string(EVP_PKEY_get_bits(key)) + " bits";
}

} // namespace

std::string certificate_problem(X509_STORE_CTX* check, std::string_view host,
                                std::string_view trust) {
    const int error = X509_STORE_CTX_get_error(check);
    const X509* certificate = X509_STORE_CTX_get_current_cert(check);
    const char* reason = X509_verify_cert_error_string(error);
    if (certificate == nullptr) {
        return "the server's certificate was refused: " + std::string(reason);
    }
    const auto subject = name_text(X509_get_subject_name(certificate));
    const bool is_servers = X509_STORE_CTX_get_error_depth(check) == 0;
    const std::string whose =
        is_servers ? "the server's certificate" : "the CA certificate " + subject;
    const std::string other = is_servers ? "give the server another certificate"
                                         : "give the server a certificate of another CA";
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return whose + " expired on " + time_text(X509_get0_notAfter(certificate)) +
               "; renew it, " + clock_hint();
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return whose + " is not yet valid, only from " +
               time_text(X509_get0_notBefore(certificate)) + " on; " + other + ", " + clock_hint();
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return wrong_name(certificate, host);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "the server's certificate " + subject + " is self-signed, and " +
               std::string(trust) +
               " does not hold it; give it as the CA file if it is to be trusted, or give the "
               "server one of a trusted CA";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "unknown issuer: the server's chain ends with the CA " + subject + ", which " +
               std::string(trust) +
               " does not hold; give that CA's certificate as the CA file if it is to be trusted";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return no_issuer(check, certificate, trust);
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return "the signature of " + whose + " is not that of the CA named " +
               name_text(X509_get_issuer_name(certificate)) + " in " + std::string(trust) +
               "; give the CA's present certificate as the CA file";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        return "the key of " + whose + " is too weak (" + key_text(certificate) + "); " + other +
               ", with RSA from 2048 bits or EC from 256 bits on";
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return "the signature of " + whose + " is too weak (" +
               OBJ_nid2sn(X509_get_signature_nid(certificate)) + "); " + other +
               ", signed with SHA-256 or better";
    case X509_V_ERR_INVALID_PURPOSE:
        return whose +
               (is_servers ? " is not meant for servers: its extended key usage lacks serverAuth; "
                           : " is not meant to issue certificates for servers; ") +
               other;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return "the certificate " + subject + ", which issued another one, may not do so (" +
               reason + "); give the server a certificate that a CA has issued";
    default:
        return whose + " was refused: " + reason + "; " + other;
    }
}

} // namespace roomport::http::detail
