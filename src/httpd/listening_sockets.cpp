#include "httpd/listening_sockets.hpp"

#include <algorithm>

namespace roomport::httpd {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& where) {
    error_code ec;
    acceptor.open(where.protocol(), ec);
    if (!ec) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    }
    if (!ec) {
        acceptor.bind(where, ec);
    }
    if (!ec) {
        acceptor.listen(asio::socket_base::max_listen_connections, ec);
    }
    return ec;
}

bool is_missing(error_code why) {
    return why == asio::error::address_family_not_supported ||
           why == boost::system::errc::address_not_available;
}

} // namespace

std::vector<tcp::acceptor> open_listening_sockets(asio::io_context& context,
                                                  const std::vector<tcp::endpoint>& where) {
    // The port that is free at one address may be taken at another: then it is another one's turn.
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) {
        std::vector<tcp::acceptor> opened;
        std::uint16_t chosen = 0;
        bool is_chosen_taken = false;
        std::vector<listen_failure> missing;
        for (const auto& wanted : where) {
            const bool is_free_choice = wanted.port() == 0;
            const tcp::endpoint endpoint(wanted.address(), is_free_choice ? chosen : wanted.port());
            tcp::acceptor acceptor(context);
            const auto failure = open(acceptor, endpoint);
            if (!failure) {
                chosen = is_free_choice ? acceptor.local_endpoint().port() : chosen;
                opened.push_back(std::move(acceptor));
            } else if (is_missing(failure)) {
                missing.emplace_back(endpoint, failure);
            } else if (failure == asio::error::address_in_use && is_free_choice && chosen != 0 &&
                       tries < most_tries) {
                is_chosen_taken = true;
                break;
            } else {
                throw listen_failure(endpoint, failure);
            }
        }
        if (is_chosen_taken) {
            continue;
        }
        if (opened.empty()) {
            throw missing.front();
        }
        return opened;
    }
}

} // namespace roomport::httpd
