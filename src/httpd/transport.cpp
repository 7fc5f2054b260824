#include "httpd/transport.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>

namespace roomport::httpd {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::array<asio::const_buffer, 2> buffers(std::string_view first, std::string_view second) {
    return {asio::buffer(first.data(), first.size()), asio::buffer(second.data(), second.size())};
}

class plain_transport final : public transport {
public:
    explicit plain_transport(tcp::socket socket) : socket_(std::move(socket)) {}

    void async_handshake(done handler) override {
        asio::post(socket_.get_executor(),
                   [handler = std::move(handler)] { handler(error_code()); });
    }

    void async_read_some(std::span<char> buffer, transferred handler) override {
        socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), std::move(handler));
    }

    void async_write(std::string_view first, std::string_view second, done handler) override {
        asio::async_write(
            socket_, buffers(first, second),
            [handler = std::move(handler)](error_code ec, std::size_t) { handler(ec); });
    }

    void async_shutdown(done handler) override {
        error_code ec;
        socket_.shutdown(tcp::socket::shutdown_send, ec);
        asio::post(socket_.get_executor(), [handler = std::move(handler), ec] { handler(ec); });
    }

    void close() override {
        error_code ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
};

class tls_transport final : public transport {
public:
    tls_transport(tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
        : socket_(std::move(socket)), context_(std::move(context)) {}

    void async_handshake(done handler) override {
        socket_->async_wait(
            tcp::socket::wait_read, [this, handler = std::move(handler)](error_code ec) mutable {
                if (ec || !socket_->is_open()) {
                    handler(ec ? ec : asio::error::operation_aborted);
                    return;
                }
                // A peer that left without a word needs no TLS either.
                if (socket_->available(ec) == 0) {
                    handler(ec ? ec : error_code(asio::error::eof));
                    return;
                }
                stream_.emplace(*std::move(socket_), *context_);
                socket_.reset();
                // A copy: should this throw, the handler, which may own all this, has to outlive it.
                stream_->async_handshake(asio::ssl::stream_base::server, done(handler));
            });
    }

    void async_read_some(std::span<char> buffer, transferred handler) override {
        stream_->async_read_some(asio::buffer(buffer.data(), buffer.size()), std::move(handler));
    }

    void async_write(std::string_view first, std::string_view second, done handler) override {
        asio::async_write(
            *stream_, buffers(first, second),
            [handler = std::move(handler)](error_code ec, std::size_t) { handler(ec); });
    }

    void async_shutdown(done handler) override { stream_->async_shutdown(std::move(handler)); }

    void close() override {
        error_code ignored;
        if (stream_) {
            stream_->next_layer().close(ignored);
        } else {
            socket_->close(ignored);
        }
    }

private:
    // Until the first byte of the peer there is only the socket, from then on only the stream.
    std::optional<tcp::socket> socket_;
    std::optional<asio::ssl::stream<tcp::socket>> stream_;
    std::shared_ptr<asio::ssl::context> context_;
};

} // namespace

std::unique_ptr<transport> make_plain_transport(tcp::socket socket) {
    return std::make_unique<plain_transport>(std::move(socket));
}

std::unique_ptr<transport> make_tls_transport(tcp::socket socket,
                                              std::shared_ptr<asio::ssl::context> context) {
    return std::make_unique<tls_transport>(std::move(socket), std::move(context));
}

} // namespace roomport::httpd
