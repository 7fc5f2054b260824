#include "server/launcher/process_family.hpp"

#include "program/descriptor.hpp"
#include "server/launcher/orphans.hpp"
#include "server/launcher/pidfd.hpp"

#include <unistd.h>

#include <cerrno>

namespace roomport::server {

process_table::process_table() {
    for (const auto process : all_processes()) {
        const auto stat = read_stat(process);
        if (stat && stat->state != 'Z' && stat->state != 'X') {
            all_.emplace(process, *stat);
        }
    }
}

bool process_table::is_self_or_ancestor(pid_t process) const {
    // As often as there are processes: what was read one after the other may seem to go in circles.
    pid_t ancestor = ::getpid();
    for (std::size_t steps = 0; steps <= all_.size() && ancestor != 0; ++steps) {
        if (ancestor == process) {
            return true;
        }
        const auto found = all_.find(ancestor);
        ancestor = found == all_.end() ? 0 : found->second.parent;
    }
    return false;
}

process_environment::process_environment(pid_t process)
    : text_(read_pseudo_file("/proc/" + std::to_string(process) + "/environ")
                .value_or(std::string())) {}

std::string process_environment::value_of(const std::string& variable) const {
    for (std::size_t begin = 0; begin < text_.size();) {
        const auto end = std::min(text_.find('\0', begin), text_.size());
        if (text_.compare(begin, variable.size(), variable) == 0 &&
            text_[begin + variable.size()] == '=') {
            return text_.substr(begin + variable.size() + 1, end - begin - variable.size() - 1);
        }
        begin = end + 1;
    }
    return {};
}

bool process_environment::says(const std::string& variable, const std::string& value) const {
    return !value.empty() && value_of(variable) == value;
}

std::vector<pid_t> process_family::signal_all(int signal) const {
    std::vector<pid_t> refused;
    for (const auto& [process, start_time] : living_) {
        // Taken before the second look: from then on the id can't come to mean another process.
        const program::descriptor handle(pidfd_open(process, 0));
        const auto stat = read_stat(process);
        if (handle && stat && stat->start_time == start_time &&
            pidfd_send_signal(handle.get(), signal, nullptr, 0) != 0 && errno == EPERM) {
            refused.push_back(process);
        }
    }
    return refused;
}

void find_members(const process_table& table, const std::string& marker,
                  const std::vector<process_family*>& families) {
    std::unordered_map<pid_t, process_family*> owners;
    std::unordered_map<pid_t, process_family*> groups;
    std::unordered_map<std::string, process_family*> names;
    for (auto* family : families) {
        names.emplace(family->process_id_, family);
        if (family->leader_ != 0) {
            groups.emplace(family->leader_, family);
        }
        for (const auto& [process, start_time] : family->living_) {
            const auto now = table.all().find(process);
            if (now != table.all().end() && now->second.start_time == start_time) {
                owners.emplace(process, family);
            }
        }
        family->living_.clear();
    }
    const auto own_owner = [&](pid_t process, const process_stat& stat) -> process_family* {
        if (const auto group = groups.find(stat.group); group != groups.end()) {
            return group->second;
        }
        if (marker.empty() || table.is_self_or_ancestor(process)) {
            return nullptr;
        }
        const process_environment environment(process);
        if (!environment.says(marker_variable, marker)) {
            return nullptr;
        }
        const auto name = names.find(environment.value_of("HATHORA_PROCESS_ID"));
        return name == names.end() ? nullptr : name->second;
    };
    const pid_t self = ::getpid();
    for (const auto& [process, stat] : table.all()) {
        std::vector<pid_t> asked;
        process_family* owner = nullptr;
        // Up the tree until somebody's owner is known; the answer is everybody's on the way.
        for (pid_t at = process; at != 0 && at != self && asked.size() <= table.all().size();) {
            if (const auto known = owners.find(at); known != owners.end()) {
                owner = known->second;
                break;
            }
            const auto found = table.all().find(at);
            if (found == table.all().end()) {
                break;
            }
            asked.push_back(at);
            owner = own_owner(at, found->second);
            if (owner != nullptr) {
                break;
            }
            at = found->second.parent;
        }
        for (const auto each : asked) {
            owners.emplace(each, owner);
        }
        if (owner != nullptr) {
            owner->living_.emplace(process, stat.start_time);
        }
    }
}

} // namespace roomport::server
