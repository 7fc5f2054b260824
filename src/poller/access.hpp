#pragma once

#include "poller/configuration.hpp"

#include <roomport/secret.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace roomport::poller {

/// Where to listen. A host name is looked up at once.
/// @throws configuration_error when there is no such address, or when others can reach one of them and TLS or token are
/// missing.
std::vector<boost::asio::ip::tcp::endpoint>
find_listen_addresses(boost::asio::io_context& context, const configuration::listen_section& given);

/// The token that callers have to send, read from its file; nothing when none is asked for.
/// @throws configuration_error when the file can't be used.
std::optional<secret> read_token(const configuration::listen_section& given);

/// TLS settings from their files; null: plain HTTP.
/// @throws configuration_error when the files can't be used.
std::shared_ptr<boost::asio::ssl::context>
read_certificate(const configuration::listen_section& given);

/// The URL of a server there.
std::string to_url(const boost::asio::ip::tcp::endpoint& endpoint, bool is_secure);

} // namespace roomport::poller
