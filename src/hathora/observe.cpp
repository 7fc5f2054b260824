#include "hathora/observe.hpp"

#include "hathora/clean_text.hpp"

#include <roomport/http/host_name.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <chrono>
#include <utility>

namespace roomport::hathora {
namespace {

constexpr std::size_t longest_transport = 32;
constexpr std::chrono::seconds longest_hold{25};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host(const std::string& host) {
    if (http::is_host_name(host)) {
        return true;
    }
    boost::system::error_code ec;
    boost::asio::ip::make_address(host, ec);
    return !ec && host.find('%') == std::string::npos;
}

bool is_transport(std::string_view text) {
    if (text.empty() || text.size() > longest_transport) {
        return false;
    }
    for (const char c : text) {
        if (!is_letter_or_digit(c) && c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}

observation broken(std::string status, std::string message) {
    observation seen;
    seen.status = std::move(status);
    seen.error = error::broken_promise;
    seen.message = std::move(message);
    return seen;
}

} // namespace

bool is_usable(const exposed_port& port) {
    return port.port >= 1 && port.port <= 65535 && is_host(port.host) &&
           is_transport(port.transport_type.text());
}

observation observe_document(std::string_view room_id, const connection_info_v2& document) {
    if (document.room_id != room_id) {
        return broken({},
                      "the answer is about another room: \"" + clean_text(document.room_id) + "\"");
    }
    std::string status = document.status.known() ? std::string(document.status.text())
                                                 : clean_text(document.status.text());
    if (document.status != room_ready_status::active) {
        observation seen;
        seen.state = observed_state::starting;
        seen.status = std::move(status);
        return seen;
    }
    if (!document.exposed_port) {
        return broken(std::move(status), "the room is active but has no exposedPort");
    }
    if (!is_usable(*document.exposed_port)) {
        const auto& port = *document.exposed_port;
        return broken(std::move(status),
                      "the room is active but its exposedPort can't be used: host \"" +
                          clean_text(port.host) + "\", port " + std::to_string(port.port) +
                          ", transport \"" + clean_text(port.transport_type.text()) + "\"");
    }
    observation seen;
    seen.status = std::move(status);
    seen.state = observed_state::ready;
    seen.exposed_port = *document.exposed_port;
    seen.additional_ports = document.additional_exposed_ports;
    return seen;
}

observation observe_failure(error_code ec, const http::response& answer, std::string message) {
    observation seen;
    seen.error = ec;
    seen.message = std::move(message);
    if (ec == errc::room_gone) {
        seen.state = observed_state::gone;
    }
    const bool is_status = ec.category() == http_status_category();
    if (is_status && ec == errc::server_unavailable) {
        seen.not_before = http::retry_not_before(answer);
    }
    return seen;
}

duration announced_hold(const http::response& answer) {
    const auto value = answer.find("Roomport-Wait");
    if (!value) {
        return {};
    }
    unsigned seconds = 0;
    const auto* end = value->data() + value->size();
    const auto [stop, ec] = std::from_chars(value->data(), end, seconds);
    if (ec != std::errc() || stop != end) {
        return {};
    }
    return std::min<duration>(std::chrono::seconds(std::min(seconds, 3600U)), longest_hold);
}

} // namespace roomport::hathora
