#include "server/launcher/port_probe.hpp"

#include "server/launcher/proc.hpp"

#include <dirent.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace roomport::server {
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

enum class holding { yes, no, unknown };

holding holds_socket(pid_t process, const std::vector<std::string>& links) {
    const auto path = "/proc/" + std::to_string(process) + "/fd";
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (!folder) {
        return holding::unknown;
    }
    while (const dirent* entry = ::readdir(folder.get())) {
        const auto link = read_link(path + "/" + static_cast<const char*>(entry->d_name));
        if (link && std::find(links.begin(), links.end(), *link) != links.end()) {
            return holding::yes;
        }
    }
    return holding::no;
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
        // 0A: LISTEN. A UDP socket has no such state: every row is a bound socket.
        if (port && (is_udp || state == "0A")) {
            sockets.emplace_back(*port, *inode);
        }
    }
    return sockets;
}

port_owner port_probe::find_owner(pid_t group, transport_type transport, std::uint16_t port) {
    const auto& seen = network_of(group);
    const auto& sockets = transport == transport_type::udp ? seen.udp : seen.tcp;
    std::vector<std::string> links;
    for (const auto& socket : sockets) {
        if (socket.port == port) {
            links.push_back("socket:[" + std::to_string(socket.inode) + "]");
        }
    }
    if (links.empty()) {
        return port_owner::nobody;
    }
    bool is_sure = true;
    const auto first = holds_socket(group, links);
    if (first == holding::yes) {
        return port_owner::group;
    }
    is_sure = first == holding::no;
    for (const auto member : members_of(group)) {
        const auto found = holds_socket(member, links);
        if (found == holding::yes) {
            return port_owner::group;
        }
        is_sure = is_sure && found == holding::no;
    }
    return is_sure ? port_owner::stranger : port_owner::group;
}

const port_probe::network& port_probe::network_of(pid_t process) {
    const auto folder = "/proc/" + std::to_string(process) + "/";
    // Without the right to read the link, a process stands for itself.
    const auto name = read_link(folder + "ns/net").value_or(folder);
    const auto [found, is_new] = networks_.try_emplace(name);
    if (is_new) {
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

const std::vector<pid_t>& port_probe::members_of(pid_t group) {
    if (!groups_are_read_) {
        groups_are_read_ = true;
        for (const auto process : all_processes()) {
            if (const auto stat = read_stat(process)) {
                groups_[stat->group].push_back(process);
            }
        }
    }
    return groups_[group];
}

} // namespace roomport::server
