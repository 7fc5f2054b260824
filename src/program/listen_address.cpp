#include "program/listen_address.hpp"

#include "program/usage_error.hpp"

#include <roomport/error.hpp>
#include <roomport/http/host_name.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace roomport::program {

namespace asio = boost::asio;
using asio::ip::tcp;

bool is_host_name(std::string_view text) {
    boost::system::error_code ec;
    asio::ip::make_address(std::string(text), ec);
    return !ec || http::is_host_name(text);
}

namespace {

/// The interface of a link-local address is this machine's own business.
asio::ip::address without_interface(const asio::ip::address& address) {
    if (!address.is_v6()) {
        return address;
    }
    return asio::ip::address_v6(address.to_v6().to_bytes());
}

/// As names and addresses are compared.
std::string in_one_form(const std::string& name) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(name, ec);
    if (!ec) {
        return without_interface(address).to_string();
    }
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

} // namespace

listen_address resolve_listen_address(asio::io_context& context, std::string_view text) {
    const std::string advice =
        "--listen is HOST:PORT, like localhost:8443, 127.0.0.1:8443 or [::1]:0";
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
    listen_address result;
    result.host = host;
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(result.host, ec);
    if (!ec) {
        result.endpoints.emplace_back(address, port);
        return result;
    }
    if (in_one_form(result.host) == "localhost") {
        result.endpoints.emplace_back(asio::ip::address_v4::loopback(), port);
        result.endpoints.emplace_back(asio::ip::address_v6::loopback(), port);
        return result;
    }
    tcp::resolver resolver(context);
    for (const auto& found : resolver.resolve(result.host, "", tcp::resolver::passive, ec)) {
        const tcp::endpoint endpoint(found.endpoint().address(), port);
        auto& known = result.endpoints;
        if (std::find(known.begin(), known.end(), endpoint) == known.end()) {
            known.push_back(endpoint);
        }
    }
    if (result.endpoints.empty()) {
        throw usage_error("the host name in --listen can't be resolved: " + result.host);
    }
    return result;
}

std::string to_host_and_port(const tcp::endpoint& endpoint) {
    const auto host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
           std::to_string(endpoint.port());
}

std::string to_url(const tcp::endpoint& endpoint) {
    return "https://" + to_host_and_port(endpoint);
}

std::string default_advertised_host(const tcp::endpoint& endpoint) {
    return endpoint.address().is_unspecified() ? "127.0.0.1" : endpoint.address().to_string();
}

std::vector<std::string> certificate_names(const listen_address& where,
                                           const std::string& advertised,
                                           const std::vector<std::string>& further) {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1", advertised};
    for (const auto& endpoint : where.endpoints) {
        if (!endpoint.address().is_unspecified()) {
            names.push_back(where.host);
            names.push_back(endpoint.address().to_string());
        }
    }
    names.insert(names.end(), further.begin(), further.end());
    std::transform(names.begin(), names.end(), names.begin(), in_one_form);
    return names;
}

} // namespace roomport::program
