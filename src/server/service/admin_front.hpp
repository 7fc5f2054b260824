#pragma once

#include "httpd/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <string>
#include <vector>

namespace roomport::server {

/// What supervisors ask for: /healthz, /readyz and /metrics, in plain HTTP at an address of its own. One thread.
class admin_front {
public:
    /// What is true when somebody asks.
    class source {
    public:
        source() = default;
        /// Why no room can be had now; empty: one can.
        std::function<std::string()> problem;
        /// In Prometheus' text format.
        std::function<std::string()> metrics;
    };

    admin_front(boost::asio::io_context& context, source from);

    /// To be called once. @return the endpoints listened on. @throws httpd::listen_failure
    std::vector<boost::asio::ip::tcp::endpoint>
    listen(const std::vector<boost::asio::ip::tcp::endpoint>& where);

private:
    httpd::response answer(const httpd::request& received) const;

    source source_;
    httpd::server server_;
};

} // namespace roomport::server
