#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace roomport::http {

/// Where requests go: scheme, host and port.
class ROOMPORT_EXPORT origin {
public:
    origin() = default;

    /// Reads an absolute `http` or `https` URL. A path other than "/", a query, a fragment or user information is an
    /// error, as are a missing host, port 0, an IPv6 zone, and a host that some would take for an IP address and others
    /// for a name, such as "127.1".
    /// @return the origin, or `error::invalid_argument`.
    static boost::system::result<origin> parse(std::string_view url);

    /// Whether the scheme is `https`.
    bool is_secure() const noexcept { return secure_; }

    /// The host in lower case: a name, or an IP address without brackets.
    const std::string& host() const noexcept { return host_; }

    /// The port, 1 to 65535; 443 or 80 when the URL named none.
    std::uint16_t port() const noexcept { return port_; }

    /// The value of the Host field: brackets around IPv6, no default port.
    std::string host_field() const;

    /// The origin as a URL without a path.
    std::string to_string() const;

    /// Whether the host is literally `localhost`, in 127.0.0.0/8, or `::1`.
    bool is_loopback() const noexcept;

    friend bool operator==(const origin&, const origin&) = default;

private:
    bool secure_ = true;
    std::string host_;
    std::uint16_t port_ = 443;
};

} // namespace roomport::http
