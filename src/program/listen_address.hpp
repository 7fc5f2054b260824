#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::program {

/// Whether a text is an IP address or may be a host name, so that nothing else gets into URLs and certificates.
bool is_host_name(std::string_view text);

/// Where a program listens: all addresses of a host, with one port.
class listen_address {
public:
    listen_address() = default;

    /// The host as it was written, an IPv6 address without brackets.
    std::string host;

    /// At least one. The first is the one that is told.
    std::vector<boost::asio::ip::tcp::endpoint> endpoints;
};

/// Reads `HOST:PORT`, IPv6 addresses in brackets; a host name is looked up at once. `localhost` is 127.0.0.1 and ::1, whatever
/// a look-up says.
/// @throws usage_error when it is something else or there is no such host.
listen_address resolve_listen_address(boost::asio::io_context& context, std::string_view text);

/// `HOST:PORT` of an endpoint, IPv6 addresses in brackets.
std::string to_host_and_port(const boost::asio::ip::tcp::endpoint& endpoint);

/// The URL of an HTTPS server there.
std::string to_url(const boost::asio::ip::tcp::endpoint& endpoint);

/// Where others find the endpoint, if they are not told: on this machine when it is bound to "any".
std::string default_advertised_host(const boost::asio::ip::tcp::endpoint& endpoint);

/// The names that a certificate for a listen address must have, as they are compared: addresses in their one form, names in
/// lower case. localhost, 127.0.0.1 and ::1 are always among them.
std::vector<std::string> certificate_names(const listen_address& where,
                                           const std::string& advertised,
                                           const std::vector<std::string>& further);

} // namespace roomport::program
