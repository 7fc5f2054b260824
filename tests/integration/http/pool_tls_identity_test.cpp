#include "tls_outcome.hpp"

#include <gtest/gtest.h>

#include <string>

namespace roomport::test {
namespace {

error_code error_with(const server_tls& tls, const std::string& host = "localhost") {
    return outcome_with(tls, host).error;
}

const error_code refused = error::tls_identity_refused;

TEST(PoolTlsIdentity, AGoodCertificateIsAccepted) {
    EXPECT_EQ(error_with(good_tls()), error_code());
    EXPECT_EQ(error_with(good_tls(), "127.0.0.1"), error_code());
}

TEST(PoolTlsIdentity, AnExpiredCertificateIsRefused) {
    certificate_wish wish;
    wish.valid_to = std::chrono::seconds(-60);
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ACertificateThatIsNotYetValidIsRefused) {
    certificate_wish wish;
    wish.valid_from = std::chrono::seconds(3000);
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ASelfSignedCertificateIsRefused) {
    server_tls tls;
    tls.identity = make_certificate(certificate_wish());
    EXPECT_EQ(error_with(tls), refused);
}

TEST(PoolTlsIdentity, ACertificateOfAnotherCaIsRefused) {
    const auto other = make_ca("another CA");
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &other);
    EXPECT_EQ(error_with(tls), refused);
}

TEST(PoolTlsIdentity, ACertificateSignedByALeafIsRefused) {
    const auto leaf = make_certificate(certificate_wish(), &test_ca());
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &leaf);
    EXPECT_EQ(error_with(tls), refused);
}

TEST(PoolTlsIdentity, ACertificateForAnotherNameIsRefused) {
    certificate_wish wish;
    wish.alternative_names = "DNS:example.com";
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ACertificateForAnotherAddressIsRefused) {
    certificate_wish wish;
    wish.alternative_names = "DNS:localhost,IP:127.0.0.2";
    EXPECT_EQ(error_with(tls_with(wish), "127.0.0.1"), refused);
}

TEST(PoolTlsIdentity, AnAddressInADnsNameDoesNotProveAnAddress) {
    certificate_wish wish;
    wish.alternative_names = "DNS:127.0.0.1";
    EXPECT_EQ(error_with(tls_with(wish), "127.0.0.1"), refused);
}

TEST(PoolTlsIdentity, TheCommonNameProvesNothing) {
    certificate_wish wish;
    wish.common_name = "localhost";
    wish.alternative_names.clear();
    EXPECT_EQ(error_with(tls_with(wish)), refused);
    wish.alternative_names = "IP:127.0.0.1";
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, AWildcardForAWholeNameIsRefused) {
    certificate_wish wish;
    wish.alternative_names = "DNS:*";
    EXPECT_EQ(error_with(tls_with(wish)), refused);
    wish.alternative_names = "DNS:local*";
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ANameCutByANulIsRefused) {
    certificate_wish wish;
    wish.raw_dns_name = std::string("localhost\0.evil.example", 23);
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ACertificateForClientsIsRefused) {
    certificate_wish wish;
    wish.usage = "clientAuth";
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, AShortRsaKeyIsRefused) {
    certificate_wish wish;
    wish.rsa_bits = 1024;
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, ASha1SignatureIsRefused) {
    certificate_wish wish;
    wish.sign_with_sha1 = true;
    EXPECT_EQ(error_with(tls_with(wish)), refused);
}

TEST(PoolTlsIdentity, OldVersionsAreRefused) {
    auto tls = good_tls();
    tls.max_version = TLS1_1_VERSION;
    EXPECT_EQ(error_with(tls), error_code(error::tls_version_refused));
}

TEST(PoolTlsIdentity, AnonymousServersAreRefused) {
    server_tls tls;
    tls.ciphers = "aNULL:@SECLEVEL=0";
    tls.max_version = TLS1_2_VERSION;
    EXPECT_EQ(error_with(tls), error_code(error::tls_handshake_failed));
}

TEST(PoolTlsIdentity, ServersThatSpeakOneVersionOnlyWork) {
    auto tls = good_tls();
    tls.max_version = TLS1_2_VERSION;
    EXPECT_EQ(error_with(tls), error_code());
    tls = good_tls();
    tls.min_version = TLS1_3_VERSION;
    EXPECT_EQ(error_with(tls), error_code());
}

} // namespace
} // namespace roomport::test
