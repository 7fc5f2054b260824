// The files that a pool trusts and shows.
#include "tls_outcome.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace roomport::test {
namespace {

// A CA below the test's own.
certificate issuing_ca() {
    certificate_wish wish;
    wish.common_name = "issuing CA";
    wish.alternative_names.clear();
    wish.usage.clear();
    wish.is_ca = true;
    return make_certificate(wish, &test_ca());
}

TEST(PoolTlsAnchors, AnIssuingCaAloneIsEnough) {
    const auto issuing = issuing_ca();
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &issuing);
    const temporary_file anchor(issuing.certificate_pem);
    EXPECT_FALSE(outcome_with(tls, "localhost", trusting(anchor.path())).error);
    expect_reason(outcome_with(tls), {"'CN=issuing CA'", "it is missing", "whole chain"});
    tls.identity.certificate_pem += issuing.certificate_pem;
    EXPECT_FALSE(outcome_with(tls, "localhost", trusting(anchor.path())).error);
    EXPECT_FALSE(outcome_with(tls).error);
}

TEST(PoolTlsAnchors, TheServersOwnCertificateIsEnoughForItsOwnNames) {
    auto tls = good_tls();
    const temporary_file anchor(tls.identity.certificate_pem);
    EXPECT_FALSE(outcome_with(tls, "localhost", trusting(anchor.path())).error);
    certificate_wish wish;
    wish.alternative_names = "DNS:other.example";
    tls = tls_with(wish);
    const temporary_file other(tls.identity.certificate_pem);
    expect_reason(outcome_with(tls, "localhost", trusting(other.path())), {"other.example"});
}

TEST(PoolTlsAnchors, AnIssuingCaIsNoneWhenItIsNotGiven) {
    const auto issuing = issuing_ca();
    const auto leaf = make_certificate(certificate_wish(), &issuing);
    server_tls tls;
    tls.identity = make_certificate(certificate_wish(), &leaf);
    const temporary_file anchor(issuing.certificate_pem);
    EXPECT_EQ(outcome_with(tls, "localhost", trusting(anchor.path())).error,
              error_code(error::tls_identity_refused));
}

TEST(PoolTlsAnchors, AFileMayHaveAMarkTextOrOtherLineEnds) {
    const auto& pem = test_ca().certificate_pem;
    std::string with_returns;
    for (const char c : pem) {
        with_returns += c == '\n' ? "\r\n" : std::string(1, c);
    }
    for (const auto& text : {"\xef\xbb\xbf" + pem, with_returns, "Subject: test\n" + pem,
                             pem + make_ca("another").certificate_pem}) {
        const temporary_file anchor(text);
        EXPECT_FALSE(outcome_with(good_tls(), "localhost", trusting(anchor.path())).error);
    }
}

/// A client certificate in files that can be replaced.
class client_files {
public:
    explicit client_files(const certificate& first)
        : certificate_(first.certificate_pem), key_(first.key_pem) {}

    http::pool_options options() const {
        auto result = trusting_test_ca();
        result.tls.certificate_file = certificate_.path();
        result.tls.private_key_file = key_.path();
        return result;
    }
    void replace_certificate(const certificate& with) const {
        replace(certificate_, with.certificate_pem);
    }
    void replace_key(const certificate& with) const { replace(key_, with.key_pem); }

private:
    // As whoever renews a certificate does: the new file takes the place of the old.
    static void replace(const temporary_file& file, const std::string& text) {
        const auto next = file.path() + ".next";
        std::ofstream(next, std::ios::binary) << text;
        std::filesystem::rename(next, file.path());
    }

    temporary_file certificate_;
    temporary_file key_;
};

TEST(PoolTlsClientCertificate, IsReadAgainWhenBothFilesHaveChanged) {
    const auto client_ca = make_ca("client CA");
    certificate_wish wish;
    wish.usage = "clientAuth";
    const auto stranger = make_certificate(wish, &test_ca());
    const auto friendly = make_certificate(wish, &client_ca);
    auto tls = good_tls();
    tls.client_ca_pem = client_ca.certificate_pem;
    scripted_server server(always_answer(http_response("")), tls);
    pool_runner runner;
    const client_files files(stranger);
    const auto pool = runner.make_pool(server.url(), files.options());
    EXPECT_EQ(runner.get(*pool).error, errc::tls);
    files.replace_certificate(friendly);
    // Half replaced: the former one stays in use.
    expect_reason(runner.get(*pool), {"refuses the client certificate"});
    files.replace_key(friendly);
    EXPECT_FALSE(runner.get(*pool).error);
}

TEST(PoolTlsClientCertificate, FilesThatCantBeUsedAreTold) {
    pool_runner runner;
    const auto own = make_certificate(certificate_wish(), &test_ca());
    const auto other = make_certificate(certificate_wish(), &test_ca());
    const temporary_file certificate_file(own.certificate_pem);
    const temporary_file other_key(other.key_pem);
    const temporary_file garbage("garbage");
    const temporary_file locked("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n");
    const auto reason = [&](const std::string& certificate, const std::string& key) {
        auto options = trusting_test_ca();
        options.tls.certificate_file = certificate;
        options.tls.private_key_file = key;
        try {
            runner.make_pool("https://localhost", options);
        } catch (const boost::system::system_error& refused_files) {
            EXPECT_EQ(refused_files.code(), error_code(error::invalid_argument));
            return std::string(refused_files.what());
        }
        return std::string();
    };
    const auto has = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    EXPECT_TRUE(has(reason(certificate_file.path(), other_key.path()), "does not belong to"));
    EXPECT_TRUE(has(reason(certificate_file.path(), locked.path()), "passphrase"));
    EXPECT_TRUE(has(reason(certificate_file.path(), garbage.path()), "no private key"));
    EXPECT_TRUE(has(reason(garbage.path(), other_key.path()), "no certificate"));
    EXPECT_TRUE(has(reason("/does/not/exist", other_key.path()), "/does/not/exist"));
    EXPECT_TRUE(has(reason(certificate_file.path(), "/tmp"), "is a directory"));
    EXPECT_FALSE(has(reason(certificate_file.path(), other_key.path()), "PRIVATE KEY"));
}

} // namespace
} // namespace roomport::test
