#pragma once

#include "support/test_certificates.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace roomport::test {

/// How a scripted server speaks TLS.
class server_tls {
public:
    server_tls() = default;

    certificate identity;
    int min_version = TLS1_VERSION;
    int max_version = 0;
    /// 0 lets it use certificates and versions that nobody should accept.
    int security_level = 0;
    /// An OpenSSL cipher list; empty: the default.
    std::string ciphers;
    /// PEM of the CA whose client certificates are asked for; empty: none are.
    std::string client_ca_pem;
};

class scripted_server;

/// One connection that a scripted server has accepted. Blocking; every wait ends when the server is stopped.
class session {
public:
    session(scripted_server& owner, int socket, std::size_t number);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session();

    /// The how-manieth connection of the server this is, from 0.
    std::size_t number() const noexcept { return number_; }

    /// Reads one request with its body; empty when the client ended the connection first.
    std::string read_request();
    /// Reads some bytes; empty at the end of the connection.
    std::string read_some();
    void send(std::string_view bytes);
    /// Holds back what is sent until it is let go, so that it travels together.
    void hold_back(bool on);
    /// Sends bytes one by one, with a pause before each, until all are sent or the client is gone.
    void send_slowly(std::string_view bytes, std::chrono::milliseconds pause);
    /// Reads until the client ends the connection.
    void await_end();
    /// Waits; ends early when the server stops. False when it did.
    bool pause(std::chrono::milliseconds time);
    /// Ends the connection, with close_notify when it speaks TLS.
    void close();
    /// Ends the connection without close_notify.
    void cut();
    /// Ends the connection with RST.
    void reset();
    /// Sends bytes beside TLS, as they are.
    void send_raw(std::string_view bytes);
    /// Whether the TLS handshake succeeded; true without TLS.
    bool shake_hands();
    /// The name in SNI; empty without one.
    std::string server_name() const;
    /// Whether the client proved who it is.
    bool has_client_certificate() const;

private:
    friend class scripted_server;

    scripted_server& owner_;
    std::atomic<int> socket_;
    std::size_t number_;
    SSL* tls_ = nullptr;
    std::string unread_;
};

/// A server on loopback that does to its clients what a test's script says; each connection on a thread of its own.
class scripted_server {
public:
    using script = std::function<void(session&)>;

    /// Plain HTTP.
    explicit scripted_server(script play);
    /// TLS; the handshake is done before the script begins, unless that fails.
    scripted_server(script play, const server_tls& tls);
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server();

    std::uint16_t port() const noexcept { return port_; }
    std::string url(const std::string& host = "localhost") const;

    /// Connections accepted so far.
    std::size_t accepted() const noexcept { return accepted_; }
    /// Requests read so far.
    std::size_t requests() const noexcept { return requests_; }
    /// Bytes that clients sent above TLS.
    std::size_t bytes_received() const noexcept { return bytes_received_; }
    /// Connections whose script has not ended.
    std::size_t open() const noexcept { return open_; }
    /// Handshakes that resumed a session.
    std::size_t resumed() const noexcept { return resumed_; }

    /// Takes no more connections and ends the ones there are.
    void stop();

private:
    friend class session;

    void listen();
    void accept_all();
    void serve(session& client);

    script play_;
    SSL_CTX* context_ = nullptr;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> accepted_{0};
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> bytes_received_{0};
    std::atomic<std::size_t> open_{0};
    std::atomic<std::size_t> resumed_{0};
    std::mutex mutex_;
    std::list<session> sessions_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

/// A response with a Content-Length.
std::string http_response(std::string_view body, int status = 200, std::string_view fields = "");

/// Answers every request of a connection with the same bytes.
scripted_server::script always_answer(std::string bytes);

} // namespace roomport::test
