#include "poller/access.hpp"

#include "httpd/tls_context.hpp"
#include "program/listen_address.hpp"
#include "program/report.hpp"
#include "program/usage_error.hpp"

#include <roomport/hathora/token_source.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>

namespace roomport::poller {

using boost::asio::ip::tcp;

std::vector<tcp::endpoint> find_listen_addresses(boost::asio::io_context& context,
                                                 const configuration::listen_section& given) {
    if (given.tls_certificate.has_value() != given.tls_key.has_value()) {
        throw configuration_error("listen.tls_certificate and listen.tls_key belong together: give "
                                  "both, or none");
    }
    std::vector<tcp::endpoint> found;
    try {
        found = program::resolve_listen_address(context, given.address).endpoints;
    } catch (const program::usage_error&) {
        throw configuration_error("listen.address: '" + given.address +
                                  "' is not an address of this machine; give HOST:PORT, like "
                                  "localhost:8180, 127.0.0.1:8180 or [::1]:8180");
    }
    if (std::all_of(found.begin(), found.end(),
                    [](const tcp::endpoint& each) { return each.address().is_loopback(); })) {
        return found;
    }
    std::string missing = given.tls_certificate ? "" : "listen.tls_certificate and listen.tls_key";
    if (!given.token_file) {
        missing += missing.empty() ? "listen.token_file" : " and listen.token_file";
    }
    if (!missing.empty()) {
        throw configuration_error("listen.address: " + given.address +
                                  " can be reached from other machines, which needs TLS and a "
                                  "token: give " +
                                  missing + ", or listen on 127.0.0.1");
    }
    return found;
}

std::optional<secret> read_token(const configuration::listen_section& given) {
    if (!given.token_file) {
        return std::nullopt;
    }
    auto token = hathora::token_file(*given.token_file)->current();
    if (token.has_error() || token->empty()) {
        throw configuration_error("listen.token_file: " + *given.token_file +
                                  " can't be used; it has to hold the token and nothing else");
    }
    return std::move(*token);
}

std::shared_ptr<boost::asio::ssl::context>
read_certificate(const configuration::listen_section& given) {
    if (!given.tls_certificate) {
        return nullptr;
    }
    try {
        return httpd::make_tls_context(*given.tls_certificate, *given.tls_key);
    } catch (const boost::system::system_error& failure) {
        throw configuration_error(
            "listen.tls_certificate and listen.tls_key can't be used: " +
            program::to_reason(failure) +
            "; give PEM files that belong together, the key without a passphrase");
    }
}

std::string to_url(const tcp::endpoint& endpoint, bool is_secure) {
    const auto url = program::to_url(endpoint);
    return is_secure ? url : "http" + url.substr(url.find(':'));
}

} // namespace roomport::poller
