#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <vector>

namespace roomport::httpd {

/// An address that can't be listened on, and why.
class listen_failure : public boost::system::system_error {
public:
    listen_failure(const boost::asio::ip::tcp::endpoint& address, boost::system::error_code why)
        : system_error(why), where(address) {}

    boost::asio::ip::tcp::endpoint where;
};

/// Opens a listening socket for each of several addresses. Those that ask for port 0 all get the same one, which the system
/// chooses. Addresses that this machine does not have (::1 without IPv6) are left out, unless it has none of them.
/// @param where at least one.
/// @throws listen_failure when one of them is in use, or may not be used; nothing is open then.
std::vector<boost::asio::ip::tcp::acceptor>
open_listening_sockets(boost::asio::io_context& context,
                       const std::vector<boost::asio::ip::tcp::endpoint>& where);

} // namespace roomport::httpd
