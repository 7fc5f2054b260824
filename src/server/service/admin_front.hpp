#pragma once

#include "httpd/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {

/// A number that an operator watches.
class metric {
public:
    metric(std::string_view its_name, std::string_view its_help, bool counts, double its_value,
           std::string_view its_label = {})
        : name(its_name), help(its_help), is_counter(counts), value(its_value), label(its_label) {}

    std::string_view name;
    /// A sentence; the same for all of one name.
    std::string_view help;
    bool is_counter;
    double value;
    /// `state="active"`; empty: none.
    std::string_view label;
};

/// The metrics in Prometheus' text format, those of one name one after the other.
std::string exposition_text(const std::vector<metric>& metrics);

/// What supervisors ask for: /healthz, /readyz and /metrics, in plain HTTP at an address of its own. One thread.
class admin_front {
public:
    /// What is true when somebody asks.
    class source {
    public:
        source() = default;
        /// Why no room can be had now; empty: one can.
        std::function<std::string()> problem;
        std::function<std::vector<metric>()> metrics;
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
