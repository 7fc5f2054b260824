// What is told of a server that TLS refuses.
#include "tls_outcome.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace roomport::test {
namespace {

TEST(PoolTlsReason, ACertificatesTimesAreTold) {
    certificate_wish wish;
    wish.valid_to = std::chrono::seconds(-60);
    expect_reason(outcome_with(tls_with(wish)),
                  {"the server's certificate expired on 20", "renew"});
    wish = certificate_wish();
    wish.valid_from = std::chrono::seconds(3000);
    expect_reason(outcome_with(tls_with(wish)), {"not yet valid", "clock"});
}

TEST(PoolTlsReason, TheNamesThatACertificateHasAreTold) {
    certificate_wish wish;
    wish.alternative_names = "DNS:other.example,IP:127.0.0.2,IP:::1";
    expect_reason(outcome_with(tls_with(wish)), {"'localhost'", "other.example, 127.0.0.2, ::1"});
    wish.alternative_names = "DNS:localhost";
    expect_reason(outcome_with(tls_with(wish), "127.0.0.1"), {"'127.0.0.1'", "localhost"});
    wish.alternative_names.clear();
    wish.common_name = "localhost";
    expect_reason(outcome_with(tls_with(wish)), {"names no host", "common name"});
    wish.alternative_names = "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f,DNS:g";
    expect_reason(outcome_with(tls_with(wish)), {"a, b, c, d, e and 2 more"});
}

TEST(PoolTlsReason, ANameOfTheServersChoiceIsCleaned) {
    certificate_wish wish;
    wish.raw_dns_name = std::string("evil\0\x1b[31m\n", 11) + std::string(400, 'x');
    const auto outcome = outcome_with(tls_with(wish));
    expect_reason(outcome, {"evil??[31m?xxx", "..."});
    EXPECT_TRUE(std::all_of(outcome.answer.problem.begin(), outcome.answer.problem.end(),
                            [](char c) { return c >= ' ' && c < 0x7f; }));
}

TEST(PoolTlsReason, WhoIsNotTrustedIsTold) {
    server_tls tls;
    tls.identity = make_certificate(certificate_wish());
    expect_reason(outcome_with(tls), {"self-signed", test_ca_file().path()});
    const auto other = make_ca("another CA");
    tls.identity = make_certificate(certificate_wish(), &other);
    expect_reason(outcome_with(tls), {"unknown issuer", "'CN=another CA'", "intermediate"});
    tls.identity.certificate_pem += other.certificate_pem;
    expect_reason(outcome_with(tls), {"unknown issuer", "'CN=another CA'"});
    expect_reason(outcome_with(good_tls(), "localhost", http::pool_options()),
                  {"the system's store"});
}

TEST(PoolTlsReason, ACaThatWasMadeAnewIsTold) {
    const auto anew = make_ca();
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &anew);
    expect_reason(outcome_with(tls), {"'CN=test CA'", "present certificate"});
}

TEST(PoolTlsReason, WhatIsTooWeakIsTold) {
    certificate_wish wish;
    wish.rsa_bits = 1024;
    expect_reason(outcome_with(tls_with(wish)), {"too weak", "RSA, 1024 bits", "2048"});
    wish = certificate_wish();
    wish.sign_with_sha1 = true;
    expect_reason(outcome_with(tls_with(wish)), {"signature", "too weak", "SHA1", "SHA-256"});
}

TEST(PoolTlsReason, ACertificateForClientsIsTold) {
    certificate_wish wish;
    wish.usage = "clientAuth";
    expect_reason(outcome_with(tls_with(wish)), {"not meant for servers", "serverAuth"});
}

TEST(PoolTlsReason, AVersionThatIsTooOldIsTold) {
    auto tls = good_tls();
    tls.max_version = TLS1_1_VERSION;
    expect_reason(outcome_with(tls), {"no TLS version in common", "TLS 1.2 or later"});
}

TEST(PoolTlsReason, APortWithoutTlsIsTold) {
    scripted_server server([](session& client) {
        client.read_some();
        client.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        client.await_end();
    });
    pool_runner runner;
    auto url = server.url();
    url.replace(0, url.find(':'), "https");
    const auto pool = runner.make_pool(url, trusting_test_ca());
    expect_reason(runner.get(*pool), {"does not speak TLS", "http://"});
}

TEST(PoolTlsReason, AConnectionThatEndsInTheHandshakeIsTold) {
    scripted_server server([](session&) {});
    pool_runner runner;
    auto url = server.url();
    url.replace(0, url.find(':'), "https");
    const auto pool = runner.make_pool(url, trusting_test_ca());
    const auto outcome = runner.get(*pool);
    EXPECT_EQ(outcome.error, error_code(error::connection_closed));
    EXPECT_NE(outcome.answer.problem.find("during the TLS handshake"), std::string::npos);
}

TEST(PoolTlsReason, AServerThatWantsAClientCertificateIsToldInEachVersion) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const auto client_ca = make_ca("client CA");
        auto tls = good_tls();
        tls.client_ca_pem = client_ca.certificate_pem;
        tls.min_version = version;
        tls.max_version = version;
        scripted_server server(always_answer(http_response("")), tls);
        pool_runner runner;
        // In TLS 1.3 the alert comes after the handshake: whoever meets it first must tell it.
        for (int i = 0; i < 5; ++i) {
            const auto pool = runner.make_pool(server.url(), trusting_test_ca());
            expect_reason(runner.get(*pool), {"the server wants a client certificate", "give one"});
        }
        certificate_wish wish;
        wish.usage = "clientAuth";
        const auto stranger = make_certificate(wish, &test_ca());
        const temporary_file certificate_file(stranger.certificate_pem);
        const temporary_file key_file(stranger.key_pem);
        auto options = trusting_test_ca();
        options.tls.certificate_file = certificate_file.path();
        options.tls.private_key_file = key_file.path();
        const auto pool = runner.make_pool(server.url(), options);
        expect_reason(runner.get(*pool), {"refuses the client certificate",
                                          "its issuer is not trusted", "unknown CA"});
    }
}

} // namespace
} // namespace roomport::test
