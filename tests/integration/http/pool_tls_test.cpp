#include "support/pool_runner.hpp"
#include "support/trusted_server.hpp"

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace roomport::test {
namespace {

TEST(PoolTls, AServerWithoutTlsIsAFailedHandshake) {
    scripted_server server([](session& client) {
        client.read_some();
        client.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    pool_runner runner;
    const auto url = "https://localhost:" + std::to_string(server.port());
    const auto pool = runner.make_pool(url, trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).error, error_code(error::tls_handshake_failed));
}

TEST(PoolTls, AnEndWithinTheHandshakeIsAClosedConnection) {
    for (const bool hard : {false, true}) {
        scripted_server server([hard](session& client) {
            client.read_some();
            if (hard) {
                client.reset();
            }
        });
        pool_runner runner;
        const auto url = "https://localhost:" + std::to_string(server.port());
        const auto pool = runner.make_pool(url, trusting_test_ca());
        EXPECT_EQ(runner.get(*pool).error, error_code(error::connection_closed));
    }
}

TEST(PoolTls, TheServerNameIsSentForNamesOnly) {
    std::string name = "none";
    scripted_server server(
        [&](session& client) {
            client.read_request();
            name = client.server_name();
            client.send(http_response("", 200, "Connection: close\r\n"));
        },
        good_tls());
    pool_runner runner;
    const auto by_name = runner.make_pool(server.url(), trusting_test_ca());
    ASSERT_FALSE(runner.get(*by_name).error);
    EXPECT_EQ(name, "localhost");
    const auto by_address = runner.make_pool(server.url("127.0.0.1"), trusting_test_ca());
    ASSERT_FALSE(runner.get(*by_address).error);
    EXPECT_EQ(name, "");
}

void expect_resumption(const server_tls& tls) {
    scripted_server server(always_answer(http_response("", 200, "Connection: close\r\n")), tls);
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    constexpr unsigned count = 60;
    for (unsigned i = 0; i < count; ++i) {
        ASSERT_FALSE(runner.get(*pool).error);
    }
    EXPECT_EQ(server.resumed(), count - 1);
    EXPECT_EQ(pool->metrics().handshakes_resumed, count - 1);
    EXPECT_EQ(pool->metrics().handshakes_full, 1U);
}

TEST(PoolTls, SessionsAreResumedWithTls13) {
    auto tls = good_tls();
    tls.min_version = TLS1_3_VERSION;
    expect_resumption(tls);
}

TEST(PoolTls, SessionsAreResumedWithTls12) {
    auto tls = good_tls();
    tls.max_version = TLS1_2_VERSION;
    expect_resumption(tls);
}

TEST(PoolTls, ConnectionsAreReused) {
    scripted_server server(always_answer(http_response("x")), good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    for (int i = 0; i < 30; ++i) {
        ASSERT_FALSE(runner.get(*pool).error);
    }
    EXPECT_EQ(server.accepted(), 1U);
}

TEST(PoolTls, ALargeBodyArrivesWhole) {
    const std::string body(900'000, 'b');
    scripted_server server(always_answer(http_response(body)), good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).body, body);
    EXPECT_EQ(runner.get(*pool).body, body);
    EXPECT_EQ(server.accepted(), 1U);
}

TEST(PoolTls, ALargeRequestArrivesWhole) {
    scripted_server server(
        [](session& client) {
            const auto request = client.read_request();
            client.send(
                http_response(std::to_string(request.size() - request.find("\r\n\r\n") - 4)));
            client.await_end();
        },
        good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    auto wanted = get_request();
    wanted.verb = http::method::post;
    wanted.body.assign(3'000'000, 'x');
    EXPECT_EQ(runner.get(*pool, wanted).body, "3000000");
}

TEST(PoolTls, AStraySecondAnswerIsNeverYielded) {
    scripted_server server(
        [](session& client) {
            client.read_request();
            // One record each; both reach the client in one read.
            client.hold_back(true);
            client.send(http_response("good"));
            client.send(http_response("evil"));
            client.hold_back(false);
            client.await_end();
        },
        good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(runner.get(*pool).body, "good");
    }
    EXPECT_EQ(pool->metrics().dropped_for_stray_bytes, 20U);
}

TEST(PoolTls, AnIdleConnectionThatTheServerClosesIsDropped) {
    scripted_server server(
        [](session& client) {
            client.read_request();
            client.send(http_response("good"));
            client.close();
        },
        good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).body, "good");
    EXPECT_TRUE(eventually([&] { return pool->metrics().idle == 0; }));
    EXPECT_EQ(pool->metrics().dropped_for_stray_bytes, 0U);
}

TEST(PoolTls, ABodyThatEndsWithTheConnectionNeedsTheServersWordForIt) {
    for (const bool orderly : {true, false}) {
        scripted_server server(
            [orderly](session& client) {
                client.read_request();
                client.send("HTTP/1.1 200 OK\r\n\r\nhi");
                if (orderly) {
                    client.close();
                } else {
                    client.cut();
                }
            },
            good_tls());
        pool_runner runner;
        const auto pool = runner.make_pool(server.url(), trusting_test_ca());
        EXPECT_EQ(runner.get(*pool).error,
                  orderly ? error_code() : error_code(error::connection_closed));
    }
}

TEST(PoolTls, ACompleteBodyNeedsNoOrderlyEnd) {
    scripted_server server(
        [](session& client) {
            client.read_request();
            client.send(http_response("hi"));
            client.cut();
        },
        good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).body, "hi");
}

TEST(PoolTls, PlainBytesInTheMiddleOfAnAnswerBreakTheConnection) {
    scripted_server server(
        [](session& client) {
            client.read_request();
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
            client.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            client.await_end();
        },
        good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).error, error_code(error::tls_broken));
    EXPECT_EQ(pool->metrics().idle, 0U);
}

TEST(PoolTls, ADamagedRecordInTheMiddleOfAnAnswerBreaksTheConnection) {
    auto tls = good_tls();
    tls.max_version = TLS1_2_VERSION;
    scripted_server server(
        [](session& client) {
            client.read_request();
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
            // An alert whose MAC is wrong.
            client.send_raw(std::string("\x15\x03\x03\x00\x1a", 5) + std::string(26, '\x01'));
            client.await_end();
        },
        tls);
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(), trusting_test_ca());
    EXPECT_EQ(runner.get(*pool).error, error_code(error::tls_broken));
}

TEST(PoolTls, AClientCertificateIsPresented) {
    const auto client_ca = make_ca("client CA");
    certificate_wish wish;
    wish.usage = "clientAuth";
    const auto identity = make_certificate(wish, &client_ca);
    const temporary_file certificate_file(identity.certificate_pem);
    const temporary_file key_file(identity.key_pem);
    std::atomic<bool> proven{false};
    auto tls = good_tls();
    tls.client_ca_pem = client_ca.certificate_pem;
    scripted_server server(
        [&](session& client) {
            client.read_request();
            proven = client.has_client_certificate();
            client.send(http_response(""));
        },
        tls);
    pool_runner runner;
    auto options = trusting_test_ca();
    options.tls.certificate_file = certificate_file.path();
    options.tls.private_key_file = key_file.path();
    const auto pool = runner.make_pool(server.url(), options);
    EXPECT_FALSE(runner.get(*pool).error);
    EXPECT_TRUE(proven);
}

TEST(PoolTls, WithoutACaFileTheSystemStoreDecides) {
    scripted_server server(always_answer(http_response("")), good_tls());
    pool_runner runner;
    const auto pool = runner.make_pool(server.url());
    EXPECT_EQ(runner.get(*pool).error, error_code(error::tls_identity_refused));
    EXPECT_EQ(server.bytes_received(), 0U);
}

TEST(PoolTls, FilesThatCantBeUsedAreRefusedByName) {
    pool_runner runner;
    const temporary_file garbage("no certificate");
    const temporary_file key(test_ca().key_pem);
    try {
        runner.make_pool("https://localhost", trusting("/does/not/exist.pem"));
        ADD_FAILURE() << "a missing file was accepted";
    } catch (const boost::system::system_error& e) {
        EXPECT_EQ(e.code(), error_code(error::invalid_argument));
        EXPECT_NE(std::string(e.what()).find("/does/not/exist.pem"), std::string::npos);
    }
    EXPECT_THROW(runner.make_pool("https://localhost", trusting(garbage.path())),
                 boost::system::system_error);
    auto options = trusting_test_ca();
    options.tls.certificate_file = test_ca_file().path();
    EXPECT_THROW(runner.make_pool("https://localhost", options), boost::system::system_error);
    // A key of another certificate.
    options.tls.private_key_file = key.path();
    options.tls.certificate_file = temporary_file(good_tls().identity.certificate_pem).path();
    EXPECT_THROW(runner.make_pool("https://localhost", options), boost::system::system_error);
}

} // namespace
} // namespace roomport::test
