#include "httpd/transport.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace roomport::httpd {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

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

    void async_write(std::string_view bytes, done handler) override {
        asio::async_write(
            socket_, asio::buffer(bytes.data(), bytes.size()),
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
    tls_transport(tcp::socket socket, asio::ssl::context& context)
        : stream_(std::move(socket), context) {}

    void async_handshake(done handler) override {
        stream_.async_handshake(asio::ssl::stream_base::server, std::move(handler));
    }

    void async_read_some(std::span<char> buffer, transferred handler) override {
        stream_.async_read_some(asio::buffer(buffer.data(), buffer.size()), std::move(handler));
    }

    void async_write(std::string_view bytes, done handler) override {
        asio::async_write(
            stream_, asio::buffer(bytes.data(), bytes.size()),
            [handler = std::move(handler)](error_code ec, std::size_t) { handler(ec); });
    }

    void async_shutdown(done handler) override { stream_.async_shutdown(std::move(handler)); }

    void close() override {
        error_code ignored;
        stream_.next_layer().close(ignored);
    }

private:
    asio::ssl::stream<tcp::socket> stream_;
};

} // namespace

std::unique_ptr<transport> make_plain_transport(tcp::socket socket) {
    return std::make_unique<plain_transport>(std::move(socket));
}

std::unique_ptr<transport> make_tls_transport(tcp::socket socket, asio::ssl::context& context) {
    return std::make_unique<tls_transport>(std::move(socket), context);
}

} // namespace roomport::httpd
