#include "server/rooms/ports.hpp"

#include <roomport/model/open_enum.hpp>

#include <algorithm>
#include <charconv>

namespace roomport::server {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value == 0) {
        return std::nullopt;
    }
    return value;
}

bool is_port_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

} // namespace

std::string port_variable(std::string_view name) {
    std::string result = "HATHORA_";
    for (const char c : name) {
        if (c >= 'a' && c <= 'z') {
            result += static_cast<char>(c - 'a' + 'A');
        } else {
            result += c == '-' ? '_' : c;
        }
    }
    return result + "_PORT";
}

boost::system::result<port_range, std::string> parse_port_range(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == text.npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last || *first > *last) {
        return std::string("a port range is FIRST-LAST, both from 1 to 65535, like 27000-28999");
    }
    return port_range(*first, *last);
}

boost::system::result<std::vector<port_declaration>, std::string>
parse_port_declarations(std::string_view text) {
    std::vector<port_declaration> ports;
    while (true) {
        const auto comma = text.find(',');
        const auto piece = text.substr(0, comma);
        const auto colon = piece.find(':');
        const auto transport = colon == piece.npos
                                   ? std::nullopt
                                   : enum_from_text<transport_type>(piece.substr(colon + 1));
        if (!transport || !is_port_name(piece.substr(0, colon))) {
            return std::string("ports are NAME:TRANSPORT, separated by commas, where TRANSPORT is "
                               "tcp, udp or tls, like default:udp,debug:tcp");
        }
        ports.emplace_back(std::string(piece.substr(0, colon)), *transport);
        if (comma == text.npos) {
            break;
        }
        text.remove_prefix(comma + 1);
    }
    for (const auto& port : ports) {
        const auto variable = port_variable(port.name);
        if (std::count_if(ports.begin(), ports.end(), [&](const auto& other) {
                return port_variable(other.name) == variable;
            }) != 1) {
            return std::string("the port name '" + port.name +
                               "' stands there twice: each needs a variable " + variable +
                               " of its own");
        }
    }
    const auto main = std::find_if(ports.begin(), ports.end(),
                                   [](const auto& port) { return port.name == "default"; });
    if (main == ports.end()) {
        return std::string("one of the ports must have the name 'default'");
    }
    if (ports.size() > 3) {
        return std::string("a process has at most three ports");
    }
    std::rotate(ports.begin(), main, main + 1);
    return ports;
}

port_allocator::port_allocator(port_range range, duration rest, std::shared_ptr<port_source> source)
    : range_(range), rest_(rest), source_(std::move(source)),
      unavailable_(static_cast<std::size_t>(range.last - range.first) + 1, false),
      available_(unavailable_.size()) {}

std::optional<std::uint16_t> port_allocator::allocate(transport_type transport, time_point now) {
    while (!resting_.empty() && resting_.front().until <= now) {
        unavailable_[static_cast<std::size_t>(resting_.front().port - range_.first)] = false;
        ++available_;
        resting_.pop_front();
    }
    for (std::size_t tried = 0; available_ != 0 && tried < unavailable_.size(); ++tried) {
        const auto port = next();
        const auto index = static_cast<std::size_t>(port - range_.first);
        if (!unavailable_[index] && source_->take(transport, port)) {
            unavailable_[index] = true;
            --available_;
            return port;
        }
    }
    if (!source_->may_repeat()) {
        return std::nullopt;
    }
    const auto port = next();
    ++repeated_[port];
    return port;
}

std::uint16_t port_allocator::next() {
    const auto port = static_cast<std::uint16_t>(range_.first + cursor_);
    cursor_ = (cursor_ + 1) % unavailable_.size();
    return port;
}

void port_allocator::release(std::uint16_t port, time_point now) {
    if (const auto repeated = repeated_.find(port); repeated != repeated_.end()) {
        if (--repeated->second == 0) {
            repeated_.erase(repeated);
        }
        return;
    }
    source_->give_back(port);
    resting_.emplace_back(port, now + rest_);
}

} // namespace roomport::server
