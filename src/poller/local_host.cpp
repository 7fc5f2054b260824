#include "poller/local_host.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>

#include <string>

namespace roomport::poller {
namespace {

bool is_address(std::string_view text) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(std::string(text), ec);
    return !ec;
}

} // namespace

bool is_local_host(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end != std::string_view::npos && is_address(host.substr(1, end - 1));
    }
    const auto name = host.substr(0, host.find(':'));
    return name.find('.') == std::string_view::npos || is_address(name) ||
           boost::iends_with(name, ".localhost");
}

} // namespace roomport::poller
