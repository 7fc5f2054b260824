#include "program/listen_address.hpp"

#include "program/usage_error.hpp"

#include <roomport/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace roomport::program {

namespace asio = boost::asio;
using asio::ip::tcp;

bool is_host_name(std::string_view text) {
    boost::system::error_code ec;
    asio::ip::make_address(std::string(text), ec);
    return !ec || (!text.empty() && text.size() <= 253 &&
                   std::all_of(text.begin(), text.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
                   }));
}

tcp::endpoint resolve_listen_address(asio::io_context& context, std::string_view text) {
    const std::string advice = "--listen is HOST:PORT, like 127.0.0.1:8443 or [::1]:0";
    const auto colon = text.rfind(':');
    if (colon == text.npos) {
        throw usage_error(advice);
    }
    auto host = text.substr(0, colon);
    const auto port_text = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto* end = port_text.data() + port_text.size();
    const auto [stop, error] = std::from_chars(port_text.data(), end, port);
    if (error != std::errc() || stop != end) {
        throw usage_error(advice);
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != host.npos) {
        throw usage_error(advice);
    }
    if (!is_host_name(host)) {
        throw usage_error(advice);
    }
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(std::string(host), ec);
    if (!ec) {
        return {address, port};
    }
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(std::string(host), "", tcp::resolver::passive, ec);
    if (ec || found.empty()) {
        throw usage_error("the host name in --listen can't be resolved: " + std::string(host));
    }
    return {found.begin()->endpoint().address(), port};
}

std::string to_url(const tcp::endpoint& endpoint) {
    const auto host = endpoint.address().to_string();
    return "https://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
           std::to_string(endpoint.port());
}

std::string default_advertised_host(const tcp::endpoint& endpoint) {
    return endpoint.address().is_unspecified() ? "127.0.0.1" : endpoint.address().to_string();
}

std::vector<std::string> certificate_names(const tcp::endpoint& endpoint,
                                           const std::string& advertised,
                                           const std::vector<std::string>& further) {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1", advertised};
    if (!endpoint.address().is_unspecified()) {
        names.push_back(endpoint.address().to_string());
    }
    names.insert(names.end(), further.begin(), further.end());
    for (auto& name : names) {
        boost::system::error_code ec;
        const auto address = asio::ip::make_address(name, ec);
        if (!ec) {
            name = address.to_string();
        } else {
            std::transform(name.begin(), name.end(), name.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            });
        }
    }
    return names;
}

} // namespace roomport::program
