#pragma once

#include <roomport/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace roomport::httpd {

/// One accepted connection, with or without TLS. To be used from one thread; it must outlive its operations.
class transport {
public:
    using done = std::function<void(error_code)>;
    using transferred = std::function<void(error_code, std::size_t)>;

    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    virtual void async_handshake(done handler) = 0;

    /// Reads at least one byte. One read at a time, beside one write.
    virtual void async_read_some(std::span<char> buffer, transferred handler) = 0;

    /// Writes all bytes, first these, then those, which must stay valid until the end.
    virtual void async_write(std::string_view first, std::string_view second, done handler) = 0;

    /// Tells the peer that nothing more will be sent; may wait for its agreement without end.
    virtual void async_shutdown(done handler) = 0;

    /// Ends everything at once; pending operations complete with an error.
    virtual void close() = 0;
};

/// A connection without TLS.
std::unique_ptr<transport> make_plain_transport(boost::asio::ip::tcp::socket socket);

/// A connection with TLS. A peer that says nothing costs next to nothing: what TLS needs is made at its first byte.
std::unique_ptr<transport> make_tls_transport(boost::asio::ip::tcp::socket socket,
                                              std::shared_ptr<boost::asio::ssl::context> context);

} // namespace roomport::httpd
