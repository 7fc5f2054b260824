#pragma once

#include "httpd/message.hpp"
#include "httpd/request_reader.hpp"
#include "httpd/resource_limits.hpp"

#include <roomport/clock.hpp>
#include <roomport/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace roomport::httpd {

/// The one answer to one request, to be given now or later, on the server's thread.
///
/// When it is let go without an answer, the caller gets a 500.
class responder {
public:
    responder() = default;
    responder(const responder&) = delete;
    responder& operator=(const responder&) = delete;
    virtual ~responder() = default;

    /// Sends the answer; without the memory for that, ends the connection. Does nothing when the caller is gone or an answer
    /// was given.
    virtual void send(response answer) = 0;

    /// Claims a place for an answer that will be given later, before it is kept for that.
    /// @param keys what it waits for, at least one thing.
    /// @return whether there is one. If not, there is nothing left to do: the caller is gone, or was told 503.
    virtual bool hold([[maybe_unused]] std::size_t keys) { return true; }

    /// Has `callback` called once if the caller goes away before the answer is given.
    virtual void on_abandoned(std::function<void()> callback) = 0;
};

/// Called for each request, on the server's thread. Requests of one connection come one after the other.
using request_handler = std::function<void(request, std::shared_ptr<responder>)>;

/// What is said of a request while its body is still to come.
class admission {
public:
    admission() = default;

    /// The most bytes of its body; more than `request_limits::body` is taken as that.
    std::size_t most_body = static_cast<std::size_t>(-1);

    /// The answer that refuses it. The connection ends with it, for the body is not read.
    std::optional<response> refusal;
};

/// What a server allows its callers.
class server_options {
public:
    server_options() = default;

    request_limits limits;

    /// TLS settings; null: plain HTTP.
    std::shared_ptr<boost::asio::ssl::context> tls;

    /// From accept to the end of the TLS handshake.
    duration handshake_timeout = std::chrono::seconds(10);
    /// From the first byte of a request to its last, and from the handshake to the first request's last byte.
    duration request_timeout = std::chrono::seconds(15);
    /// Between two requests.
    duration idle_timeout = std::chrono::seconds(75);
    /// For writing one answer.
    duration write_timeout = std::chrono::seconds(20);
    /// For the caller to close after the last answer of a connection.
    duration linger_timeout = std::chrono::seconds(2);

    /// What all connections together may use. One more connection than may be takes the place of another, or waits in the
    /// backlog while all the others hold answers.
    resource_bounds bounds;

    /// Asked about a request whose head is there and whose body is still to come; one that came as a whole goes to the
    /// handler at once. Not set: every request is admitted.
    std::function<admission(const request& head)> admit;

    /// Makes the answer, of the given status, to what never reaches the handler: no HTTP, over a limit, or not complete
    /// in time. Not set: @ref error_response does.
    std::function<response(int status, std::string_view why)> refuse;

    /// Fields that every answer carries, whoever made it.
    std::vector<field> every_answer;

    /// Told why no connection can be accepted, as when too many descriptors are open; then not again until one has been.
    std::function<void(error_code)> on_accept_failure;
};

/// A small HTTP/1.1 server: framing, limits, timeouts, held answers and drain. It knows nothing of what is served.
///
/// Everything runs on the thread that runs the context. A connection serves one request at a time, pipelined ones in
/// order; it is read from while an answer is held, so that a caller whose connection breaks is noticed. One who only ends
/// its own side of it still gets the answers to what it asked, a held one for up to @ref server_options::idle_timeout.
/// When memory runs out, `std::bad_alloc` leaves through the context's `run()`; the connection it hit ends, and everything
/// else goes on once the context is run again.
class server {
public:
    server(boost::asio::io_context& context, server_options options, request_handler handler);
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Ends everything at once.
    ~server();

    /// Opens a listening socket for each of some addresses and accepts connections; to be called once. With port 0 the system
    /// chooses one for all. Addresses that this machine does not have are left out, unless it has none of them.
    /// @return the endpoints listened on, in the same order. @throws listen_failure, which says for which one.
    std::vector<boost::asio::ip::tcp::endpoint>
    listen(const std::vector<boost::asio::ip::tcp::endpoint>& where);

    /// Uses other TLS settings for connections accepted from now on.
    void replace_tls(std::shared_ptr<boost::asio::ssl::context> tls);

    /// Accepts nothing more and ends each connection once it has no request to answer; the answer in progress is its last.
    void drain();

    /// How many connections are open.
    std::size_t connections() const;

    /// What all connections together use.
    const resource_usage& usage() const;

private:
    class core;
    std::shared_ptr<core> core_;
};

} // namespace roomport::httpd
