#pragma once

#include <chrono>
#include <openssl/ssl.h>
#include <string>
#include <vector>

namespace roomport::test {

/// A certificate with its private key, both PEM. A server sends what further certificates follow the first one.
class certificate {
public:
    certificate() = default;

    std::string certificate_pem;
    std::string key_pem;
};

/// What a certificate made for a test says.
class certificate_wish {
public:
    certificate_wish() = default;

    /// The subject's common name.
    std::string common_name = "test";
    /// subjectAltName in OpenSSL's words, "DNS:localhost,IP:127.0.0.1"; empty: none.
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    /// A DNS alternative name taken byte by byte (with a NUL, say), instead of the above when not empty.
    std::string raw_dns_name;
    bool is_ca = false;
    /// extendedKeyUsage; empty: none.
    std::string usage = "serverAuth";
    /// Bits of an RSA key; 0: an EC key on P-256.
    int rsa_bits = 0;
    bool sign_with_sha1 = false;
    std::chrono::seconds valid_from{-3600};
    std::chrono::seconds valid_to{3600};
};

/// Makes a certificate signed by `issuer`, or by itself when that is null.
certificate make_certificate(const certificate_wish& wish, const certificate* issuer = nullptr);

/// A CA certificate.
certificate make_ca(const std::string& name = "test CA");

/// A file that lives as long as the object.
class temporary_file {
public:
    explicit temporary_file(const std::string& content);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

} // namespace roomport::test
