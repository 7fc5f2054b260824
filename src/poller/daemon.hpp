#pragma once

#include "poller/configuration.hpp"
#include "poller/http_front.hpp"
#include "poller/log.hpp"
#include "poller/metrics.hpp"
#include "poller/service_manager.hpp"
#include "poller/standard_streams.hpp"
#include "poller/waiting_rooms.hpp"

#include "httpd/handler_memory.hpp"
#include "httpd/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace roomport::poller {

/// One run of the daemon, from start to end: joins its parts, and listens to signals and to systemd.
class daemon {
public:
    /// Checks everything that can be checked without listening.
    /// @throws configuration_error, boost::system::system_error: something can't be used as it was configured.
    daemon(const configuration& given, client_options client, wait_options waits,
           standard_streams& streams);
    daemon(const daemon&) = delete;
    daemon& operator=(const daemon&) = delete;

    /// Serves until SIGTERM or SIGINT.
    /// @throws configuration_error when the address can't be listened on.
    void run();

private:
    httpd::server_options server_options_for(std::size_t descriptors);
    void run_context();
    void listen();
    void wait_for_signal();
    void on_signal(int number);
    void reload();
    void check_client_certificate();
    void drain();
    void end_when_empty();
    void keep_alive();
    void read_input();
    void on_input(std::vector<std::string> lines);
    void take_input();
    void take_lines();
    void take_input_after(duration pause);
    void take_line(const std::string& line);
    metrics_snapshot snapshot() const;

    const configuration given_;
    const http::tls_options client_tls_;
    standard_streams& streams_;
    log log_;
    metrics metrics_;
    service_manager manager_;
    // Of what is armed again and again; the context must not outlive it.
    httpd::handler_memory signal_memory_;
    httpd::handler_memory watchdog_memory_;
    httpd::handler_memory input_memory_;
    httpd::handler_memory end_memory_;
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer watchdog_timer_;
    boost::asio::steady_timer input_timer_;
    boost::asio::steady_timer end_timer_;
    std::vector<boost::asio::ip::tcp::endpoint> endpoints_;
    waiting_rooms rooms_;
    http_front front_;
    std::unique_ptr<httpd::server> server_;
    std::vector<std::string> input_;
    std::size_t input_taken_ = 0;
    time_point drain_deadline_{};
    bool draining_ = false;
    bool client_closed_ = false;
};

} // namespace roomport::poller
