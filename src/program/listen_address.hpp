#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::program {

/// Whether a text is an IP address or may be a host name, so that nothing else gets into URLs and certificates.
bool is_host_name(std::string_view text);

/// Reads `HOST:PORT`, IPv6 addresses in brackets; a host name is looked up at once.
/// @throws usage_error when it is something else or there is no such host.
boost::asio::ip::tcp::endpoint resolve_listen_address(boost::asio::io_context& context,
                                                      std::string_view text);

/// The URL of an HTTPS server there.
std::string to_url(const boost::asio::ip::tcp::endpoint& endpoint);

/// Where others find the endpoint, if they are not told: on this machine when it is bound to "any".
std::string default_advertised_host(const boost::asio::ip::tcp::endpoint& endpoint);

/// The names a certificate for the endpoint must have, as they are compared: addresses in their one form, names in
/// lower case.
std::vector<std::string> certificate_names(const boost::asio::ip::tcp::endpoint& endpoint,
                                           const std::string& advertised,
                                           const std::vector<std::string>& further);

} // namespace roomport::program
