#include "server/launcher/port_probe.hpp"

#include "server/launcher/ipv6_only.hpp"
#include "server/launcher/proc.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <dirent.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <set>

namespace roomport::server {

namespace asio = boost::asio;

namespace {

std::string_view next_word(std::string_view& line) {
    const auto begin = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(begin);
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

template <class Number>
std::optional<Number> parse(std::string_view text, int base) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return value;
}

/// An address as the tables have it: groups of four bytes, each in this machine's order.
std::optional<asio::ip::address> parse_address(std::string_view text) {
    std::array<unsigned char, 16> bytes{};
    if (text.size() != 8 && text.size() != 32) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < text.size(); at += 8) {
        const auto group = parse<std::uint32_t>(text.substr(at, 8), 16);
        if (!group) {
            return std::nullopt;
        }
        std::memcpy(bytes.data() + at / 2, &*group, sizeof *group);
    }
    if (text.size() == 8) {
        return asio::ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]});
    }
    return asio::ip::address_v6(bytes);
}

asio::ip::address without_mapping(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

/// The sockets that a process holds; nothing when it may not be looked at.
std::optional<std::set<std::string>> sockets_of(pid_t process) {
    const auto path = "/proc/" + std::to_string(process) + "/fd";
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (!folder) {
        return std::nullopt;
    }
    std::set<std::string> found;
    while (const dirent* entry = ::readdir(folder.get())) {
        auto link = read_link(path + "/" + static_cast<const char*>(entry->d_name));
        if (link && link->starts_with("socket:")) {
            found.insert(std::move(*link));
        }
    }
    return found;
}

std::string link_of(const bound_socket& socket) {
    return "socket:[" + std::to_string(socket.inode) + "]";
}

std::string name_holder(const bound_socket& socket) {
    for (const auto process : all_processes()) {
        const auto sockets = sockets_of(process);
        if (sockets && sockets->count(link_of(socket)) != 0) {
            return "pid " + std::to_string(process) + " (" + process_name(process) + ")";
        }
    }
    return "a process that can't be seen (another user's, or a container's)";
}

bool is_of_this_machine(const asio::ip::address& address) {
    asio::io_context context;
    boost::system::error_code ec;
    asio::ip::udp::socket socket(context);
    socket.open(address.is_v6() ? asio::ip::udp::v6() : asio::ip::udp::v4(), ec);
    if (!ec) {
        socket.bind(asio::ip::udp::endpoint(address, 0), ec);
    }
    return !ec;
}

} // namespace

std::vector<bound_socket> parse_socket_table(std::string_view text, bool is_udp) {
    std::vector<bound_socket> sockets;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        next_word(line);
        const auto local = next_word(line);
        next_word(line);
        const auto state = next_word(line);
        // tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout
        for (int skipped = 0; skipped < 5; ++skipped) {
            next_word(line);
        }
        const auto inode = parse<std::uint64_t>(next_word(line), 10);
        const auto colon = local.rfind(':');
        if (colon == local.npos || !inode) {
            continue;
        }
        const auto port = parse<std::uint16_t>(local.substr(colon + 1), 16);
        const auto address = parse_address(local.substr(0, colon));
        // 0A: LISTEN. A UDP socket has no such state: every row is a bound socket.
        if (port && address && (is_udp || state == "0A")) {
            sockets.emplace_back(*address, *port, *inode);
        }
    }
    return sockets;
}

advertised_addresses advertised_addresses::of_host(const std::string& host) {
    asio::io_context context;
    boost::system::error_code ec;
    std::vector<asio::ip::address> own;
    for (const auto& found : asio::ip::udp::resolver(context).resolve(host, "0", ec)) {
        auto address = found.endpoint().address();
        if (address.is_unspecified()) {
            address = address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                      : asio::ip::address(asio::ip::address_v4::loopback());
        }
        if (is_of_this_machine(address)) {
            own.push_back(std::move(address));
        }
    }
    return advertised_addresses(std::move(own));
}

int coverage(const bound_socket& bound, const asio::ip::address& wanted) {
    constexpr int exact = 3;
    constexpr int any_of_family = 2;
    constexpr int any = 1;
    const auto is_at = without_mapping(bound.address);
    const auto must_be = without_mapping(wanted);
    if (is_at.is_v6() == must_be.is_v6() &&
        (is_at.is_v6() ? is_at.to_v6().to_bytes() == must_be.to_v6().to_bytes()
                       : is_at == must_be)) {
        return exact;
    }
    if (!is_at.is_unspecified()) {
        return 0;
    }
    if (is_at.is_v6() == must_be.is_v6()) {
        return any_of_family;
    }
    return is_at.is_v6() && !bound.is_ipv6_only ? any : 0;
}

port_sight port_probe::find_owner(pid_t process, const family_source& family,
                                  transport_type transport, std::uint16_t port,
                                  const advertised_addresses& advertised, bool is_bound_enough) {
    const auto& seen = network_of(process);
    auto bound = bound_at(seen, transport, port);
    const bool is_any_for_both =
        std::any_of(bound.begin(), bound.end(), [](const bound_socket& socket) {
            return socket.address.is_v6() && socket.address.is_unspecified();
        });
    if (is_any_for_both && !seen.is_foreign) {
        const auto found = ipv6_only_sockets(transport, port);
        for (auto& socket : bound) {
            socket.is_ipv6_only = found.count(socket.inode) != 0;
        }
    }
    if (bound.empty()) {
        return {port_owner::nobody, {}};
    }
    bool is_sure = true;
    std::set<std::string> held;
    const auto look_at = [&](pid_t member) {
        auto sockets = sockets_of(member);
        is_sure = is_sure && sockets.has_value();
        if (sockets) {
            held.merge(*sockets);
        }
    };
    const auto is_held = [&](const bound_socket& socket) {
        return held.count(link_of(socket)) != 0;
    };
    if (!is_bound_enough) {
        look_at(process);
        if (!std::all_of(bound.begin(), bound.end(), is_held)) {
            for (const auto member : family()) {
                look_at(member);
            }
        }
    }
    const bool is_any_held = std::any_of(bound.begin(), bound.end(), is_held);
    // A member that may not be looked at is of another user, and the likely holder of what nobody else of them holds.
    const bool is_taken_for_held = is_bound_enough || (!is_any_held && !is_sure);
    const auto is_own = [&](const bound_socket& socket) {
        return is_taken_for_held || is_held(socket);
    };
    if (!is_any_held && !is_taken_for_held) {
        return {port_owner::stranger, name_holder(bound.front())};
    }
    bool is_covered = false;
    if (seen.is_foreign || advertised.own().empty()) {
        is_covered = std::any_of(bound.begin(), bound.end(), [&](const bound_socket& socket) {
            return is_own(socket) && !without_mapping(socket.address).is_loopback();
        });
    } else {
        for (const auto& wanted : advertised.own()) {
            int best = 0;
            for (const auto& socket : bound) {
                best = std::max(best, coverage(socket, wanted));
            }
            for (const auto& socket : bound) {
                if (best != 0 && coverage(socket, wanted) == best && !is_own(socket)) {
                    return {port_owner::stranger, name_holder(socket)};
                }
            }
            is_covered = is_covered || best != 0;
        }
    }
    std::string addresses;
    for (const auto& socket : bound) {
        addresses += addresses.empty() ? "" : " and ";
        addresses += socket.address.to_string();
        addresses += socket.is_ipv6_only ? " (for IPv6 only)" : "";
    }
    return {is_covered ? port_owner::family : port_owner::elsewhere, std::move(addresses)};
}

std::vector<std::uint64_t> port_probe::sockets_at(pid_t process, transport_type transport,
                                                  std::uint16_t port) {
    std::vector<std::uint64_t> inodes;
    for (const auto& socket : bound_at(network_of(process), transport, port)) {
        inodes.push_back(socket.inode);
    }
    std::sort(inodes.begin(), inodes.end());
    return inodes;
}

std::vector<bound_socket> port_probe::bound_at(const network& seen, transport_type transport,
                                               std::uint16_t port) {
    const auto& all = transport == transport_type::udp ? seen.udp : seen.tcp;
    std::vector<bound_socket> bound;
    std::copy_if(all.begin(), all.end(), std::back_inserter(bound),
                 [&](const bound_socket& socket) { return socket.port == port; });
    return bound;
}

const port_probe::network& port_probe::network_of(pid_t process) {
    const auto folder = "/proc/" + std::to_string(process) + "/";
    // Without the right to read the link, a process stands for itself.
    const auto name = read_link(folder + "ns/net").value_or(folder);
    const auto [found, is_new] = networks_.try_emplace(name);
    if (is_new) {
        found->second.is_foreign =
            name != folder && read_link("/proc/self/ns/net").value_or(name) != name;
        for (const bool is_udp : {false, true}) {
            for (const std::string version : {"", "6"}) {
                const auto text =
                    read_pseudo_file(folder + "net/" + (is_udp ? "udp" : "tcp") + version);
                const auto rows = parse_socket_table(text.value_or(""), is_udp);
                auto& into = is_udp ? found->second.udp : found->second.tcp;
                into.insert(into.end(), rows.begin(), rows.end());
            }
        }
    }
    return found->second;
}

} // namespace roomport::server
