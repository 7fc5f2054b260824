#pragma once

#include "http/resolve_mailbox.hpp"
#include "http/tls_context.hpp"
#include "http/transport.hpp"

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/http/origin.hpp>
#include <roomport/http/resolver.hpp>
#include <roomport/phase_times.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace roomport::http::detail {

/// What every attempt to connect of one pool needs.
class dial_settings {
public:
    dial_settings() = default;

    origin target;
    /// Null for plain HTTP.
    std::shared_ptr<tls_context> tls;
    std::shared_ptr<http::resolver> resolver;
    std::shared_ptr<resolve_mailbox> mailbox;
    /// Addresses other than loopback are not connected to.
    bool loopback_only = false;
};

/// One attempt to connect: look-up, the addresses one after the other, handshake.
///
/// On the pool's executor only. It has no limit of its own for the whole: the pool aborts it.
class dial : public std::enable_shared_from_this<dial> {
public:
    using handler = std::function<void(error_code)>;

    /// @param finish_by when the pool will abort it: the addresses share the time until then.
    dial(boost::asio::any_io_executor executor, std::shared_ptr<const dial_settings> settings,
         time_point finish_by);

    /// Begins. `done` is called once, not from within this function, and never after `abort`.
    /// @throws std::bad_alloc; `done` is not called then.
    void start(handler done);

    /// Ends the attempt and frees what it holds. Does nothing when it has ended.
    void abort();

    /// Where the time went so far.
    phase_times times() const;

    /// Whether the peer is this machine, by its address. Only after success.
    bool peer_is_loopback() const noexcept { return peer_is_loopback_; }

    /// What is known of a failure beyond its error; see @ref transport::problem.
    const std::string& problem() const noexcept { return problem_; }

    /// The results; only after success, once.
    boost::asio::ip::tcp::socket take_socket() { return std::move(socket_); }
    std::unique_ptr<transport> take_transport() { return std::move(transport_); }

private:
    enum class phase { idle, resolving, connecting, handshaking, over };

    /// Runs a step, with which the attempt ends when memory is missing for it.
    template <class Step>
    void advance(Step step);
    void resolve();
    void resolved(error_code ec, resolver::endpoints found);
    void connect_next();
    void connected(std::size_t attempt, error_code ec);
    void shake_hands();
    void enter(phase next);
    void finish(error_code ec);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const dial_settings> settings_;
    time_point finish_by_;
    handler done_;
    resolver::endpoints addresses_;
    std::size_t next_address_ = 0;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer address_timer_;
    std::unique_ptr<transport> transport_;
    phase phase_ = phase::idle;
    time_point phase_began_{};
    phase_times times_;
    std::string problem_;
    bool peer_is_loopback_ = false;
};

} // namespace roomport::http::detail
