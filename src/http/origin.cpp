#include <roomport/http/origin.hpp>

#include "http/ascii.hpp"

#include <roomport/http/host_name.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace roomport::http {
namespace {

// Such a "name" (127.1, 0x7f000001, 1.2.3.256) is an address to some resolvers and to no certificate.
bool ends_in_a_number(std::string_view host) {
    if (!host.empty() && host.back() == '.') {
        host.remove_suffix(1);
    }
    const auto dot = host.rfind('.');
    const auto label = dot == std::string_view::npos ? host : host.substr(dot + 1);
    return !label.empty() &&
           (std::all_of(label.begin(), label.end(), detail::is_digit) || label.starts_with("0x"));
}

std::optional<std::string> read_host(std::string_view text) {
    boost::system::error_code ec;
    std::string host(text);
    if (text.starts_with('[') && text.ends_with(']')) {
        // A zone has no meaning but on this machine, and Asio drops one that it does not know.
        const bool has_zone = text.find('%') != std::string_view::npos;
        const auto address =
            boost::asio::ip::make_address_v6(host.substr(1, host.size() - 2).c_str(), ec);
        if (ec || has_zone) {
            return std::nullopt;
        }
        return address.to_string();
    }
    boost::asio::ip::make_address_v4(host, ec);
    if (!ec) {
        return host;
    }
    std::transform(host.begin(), host.end(), host.begin(), detail::to_lower);
    if (!is_host_name(host) || ends_in_a_number(host)) {
        return std::nullopt;
    }
    return host;
}

std::optional<std::uint16_t> read_port(std::string_view text, std::uint16_t otherwise) {
    if (text.empty()) {
        return otherwise;
    }
    std::uint16_t value = 0;
    const auto* last = text.data() + text.size();
    const auto [end, ec] = std::from_chars(text.data(), last, value);
    if (ec != std::errc() || end != last || value == 0) {
        return std::nullopt;
    }
    return value;
}

bool take_scheme(std::string_view& url, std::string_view scheme) {
    if (!detail::equals_ignoring_case(url.substr(0, scheme.size()), scheme)) {
        return false;
    }
    url.remove_prefix(scheme.size());
    return true;
}

} // namespace

// Read by hand: Boost.URL 1.81 takes the host of "http://127.0.0.1.example.com" for 127.0.0.1.
boost::system::result<origin> origin::parse(std::string_view url) {
    origin result;
    result.secure_ = take_scheme(url, "https://");
    if (!result.secure_ && !take_scheme(url, "http://")) {
        return error_code(error::invalid_argument);
    }
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    // An IPv6 literal has colons of its own.
    const auto bracket = url.rfind(']');
    const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const auto port_text = colon == std::string_view::npos ? "" : url.substr(colon + 1);
    auto host = read_host(url.substr(0, colon));
    const auto port = read_port(port_text, result.secure_ ? 443 : 80);
    if (!host || !port) {
        return error_code(error::invalid_argument);
    }
    result.host_ = std::move(*host);
    result.port_ = *port;
    return result;
}

std::string origin::host_field() const {
    const bool is_ipv6 = host_.find(':') != std::string::npos;
    std::string text;
    if (is_ipv6) {
        text += '[';
    }
    text += host_;
    if (is_ipv6) {
        text += ']';
    }
    if (port_ != (secure_ ? 443 : 80)) {
        text += ':';
        text += std::to_string(port_);
    }
    return text;
}

std::string origin::to_string() const {
    return (secure_ ? "https://" : "http://") + host_field();
}

bool origin::is_loopback() const noexcept {
    if (host_ == "localhost") {
        return true;
    }
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(host_.c_str(), ec);
    return !ec && address.is_loopback();
}

} // namespace roomport::http
