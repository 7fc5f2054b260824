#include "support/scripted_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace roomport::test {
namespace {

// A write on a closed connection must not end the test program.
[[maybe_unused]] const auto sigpipe_before = std::signal(SIGPIPE, SIG_IGN);

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

BIO* memory(const std::string& text) {
    return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
}

X509* read_certificate(const std::string& pem) {
    BIO* bio = memory(pem);
    X509* result = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return result;
}

// What follows the first certificate in a text is sent along.
void add_chain(SSL_CTX* context, const std::string& pem) {
    BIO* bio = memory(pem);
    X509_free(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
    while (X509* next = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
        SSL_CTX_add0_chain_cert(context, next);
    }
    BIO_free(bio);
    ERR_clear_error();
}

SSL_CTX* make_context(const server_tls& tls) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(context, tls.security_level);
    SSL_CTX_set_min_proto_version(context, tls.min_version);
    SSL_CTX_set_max_proto_version(context, tls.max_version);
    if (!tls.ciphers.empty()) {
        require(SSL_CTX_set_cipher_list(context, tls.ciphers.c_str()) == 1, "ciphers");
    }
    if (!tls.identity.certificate_pem.empty()) {
        X509* certificate = read_certificate(tls.identity.certificate_pem);
        BIO* bio = memory(tls.identity.key_pem);
        EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
        BIO_free(bio);
        require(SSL_CTX_use_certificate(context, certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context, key) == 1,
                "the server's certificate");
        add_chain(context, tls.identity.certificate_pem);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    if (!tls.client_ca_pem.empty()) {
        X509* ca = read_certificate(tls.client_ca_pem);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
        X509_free(ca);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    static const unsigned char id[] = "test";
    SSL_CTX_set_session_id_context(context, id, sizeof id);
    return context;
}

} // namespace

session::session(scripted_server& owner, int socket, std::size_t number)
    : owner_(owner), socket_(socket), number_(number) {}

session::~session() {
    if (tls_ != nullptr) {
        SSL_free(tls_);
    }
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

bool session::shake_hands() {
    if (owner_.context_ == nullptr) {
        return true;
    }
    tls_ = SSL_new(owner_.context_);
    SSL_set_fd(tls_, socket_);
    if (SSL_accept(tls_) != 1) {
        return false;
    }
    if (SSL_session_reused(tls_) == 1) {
        ++owner_.resumed_;
    }
    return true;
}

std::string session::read_some() {
    char buffer[16384];
    const auto got = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer)
                                     : static_cast<int>(::recv(socket_, buffer, sizeof buffer, 0));
    if (got <= 0) {
        return {};
    }
    owner_.bytes_received_ += static_cast<std::size_t>(got);
    return std::string(buffer, static_cast<std::size_t>(got));
}

std::string session::read_request() {
    while (true) {
        const auto end = unread_.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto size = end + 4;
            const auto length = unread_.find("Content-Length: ");
            if (length < end) {
                size += static_cast<std::size_t>(std::atoi(unread_.c_str() + length + 16));
            }
            if (unread_.size() >= size) {
                const auto request = unread_.substr(0, size);
                unread_.erase(0, size);
                ++owner_.requests_;
                return request;
            }
        }
        const auto more = read_some();
        if (more.empty()) {
            return {};
        }
        unread_ += more;
    }
}

void session::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto put =
            tls_ != nullptr
                ? SSL_write(tls_, bytes.data(),
                            static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)))
                : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (put <= 0) {
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
}

void session::hold_back(bool on) {
    const int value = on ? 1 : 0;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

void session::send_slowly(std::string_view bytes, std::chrono::milliseconds time) {
    for (const char c : bytes) {
        if (!pause(time)) {
            return;
        }
        send(std::string_view(&c, 1));
    }
}

void session::await_end() {
    while (!read_some().empty()) {
    }
}

bool session::pause(std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!owner_.stopping_ && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return !owner_.stopping_;
}

void session::close() {
    if (tls_ != nullptr) {
        SSL_shutdown(tls_);
    }
    ::shutdown(socket_, SHUT_WR);
}

void session::cut() {
    ::shutdown(socket_, SHUT_RDWR);
}

void session::reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    const std::lock_guard lock(owner_.mutex_);
    ::close(socket_.exchange(-1));
}

void session::send_raw(std::string_view bytes) {
    (void)!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string session::server_name() const {
    const char* name = tls_ ? SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name) : nullptr;
    return name != nullptr ? name : "";
}

bool session::has_client_certificate() const {
    return tls_ != nullptr && SSL_get0_peer_certificate(tls_) != nullptr;
}

scripted_server::scripted_server(script play) : play_(std::move(play)) {
    listen();
}

scripted_server::scripted_server(script play, const server_tls& tls)
    : play_(std::move(play)), context_(make_context(tls)) {
    listen();
}

scripted_server::~scripted_server() {
    stop();
    if (context_ != nullptr) {
        SSL_CTX_free(context_);
    }
}

void scripted_server::listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(::bind(listener_, generic, size) == 0 && ::listen(listener_, 1024) == 0 &&
                ::getsockname(listener_, generic, &size) == 0,
            "the test server can't listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

void scripted_server::accept_all() {
    while (!stopping_) {
        pollfd ready{listener_, POLLIN, 0};
        if (::poll(&ready, 1, 20) != 1) {
            continue;
        }
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            continue;
        }
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::lock_guard lock(mutex_);
        auto& client = sessions_.emplace_back(*this, socket, accepted_++);
        ++open_;
        threads_.emplace_back([this, &client] { serve(client); });
    }
}

void scripted_server::serve(session& client) {
    if (client.shake_hands()) {
        play_(client);
    }
    {
        const std::lock_guard lock(mutex_);
        if (client.socket_ >= 0) {
            ::shutdown(client.socket_, SHUT_RDWR);
        }
    }
    ERR_clear_error();
    --open_;
}

std::string scripted_server::url(const std::string& host) const {
    return (context_ != nullptr ? "https://" : "http://") + host + ":" + std::to_string(port_);
}

void scripted_server::stop() {
    if (stopping_.exchange(true)) {
        return;
    }
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (auto& client : sessions_) {
            if (client.socket_ >= 0) {
                ::shutdown(client.socket_, SHUT_RDWR);
            }
        }
    }
    for (auto& thread : threads_) {
        thread.join();
    }
    sessions_.clear();
}

std::string http_response(std::string_view body, int status, std::string_view fields) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Reason\r\n";
    text.append(fields);
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return text.append(body);
}

scripted_server::script always_answer(std::string bytes) {
    return [bytes = std::move(bytes)](session& client) {
        while (!client.read_request().empty()) {
            client.send(bytes);
        }
    };
}

} // namespace roomport::test
