#include "server/launcher/orphans.hpp"

#include "program/descriptor.hpp"
#include "server/launcher/pidfd.hpp"
#include "server/launcher/process_family.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <unordered_map>
#include <vector>

namespace roomport::server {
namespace {

/// Who is to be killed, with their start times.
std::unordered_map<pid_t, unsigned long long> marked_processes(const process_table& table,
                                                               const std::string& marker) {
    std::unordered_map<pid_t, bool> is_marked;
    std::unordered_map<pid_t, unsigned long long> found;
    for (const auto& [process, stat] : table.all()) {
        std::vector<pid_t> asked;
        bool answer = false;
        // Who has lost the environment on the way, by a change of user say, descends from one that has it.
        for (pid_t at = process; at != 0 && asked.size() <= table.all().size();) {
            const auto known = is_marked.find(at);
            const auto entry = table.all().find(at);
            if (known != is_marked.end() || entry == table.all().end()) {
                answer = known != is_marked.end() && known->second;
                break;
            }
            if (table.is_self_or_ancestor(at)) {
                break;
            }
            asked.push_back(at);
            answer = process_environment(at).says(marker_variable, marker);
            if (answer) {
                break;
            }
            at = entry->second.parent;
        }
        for (const auto each : asked) {
            is_marked.emplace(each, answer);
        }
        if (answer) {
            found.emplace(process, stat.start_time);
        }
    }
    return found;
}

} // namespace

std::size_t kill_orphans(const std::string& marker, duration patience) {
    const auto deadline = clock::now() + patience;
    std::size_t killed = 0;
    while (true) {
        std::vector<program::descriptor> ending;
        const process_table table;
        for (const auto& [process, start_time] : marked_processes(table, marker)) {
            // Taken before the second look: from then on the id can't come to mean another process.
            program::descriptor handle(pidfd_open(process, 0));
            const auto stat = read_stat(process);
            if (handle && stat && stat->start_time == start_time &&
                pidfd_send_signal(handle.get(), SIGKILL, nullptr, 0) == 0) {
                ++killed;
                ending.push_back(std::move(handle));
            }
        }
        if (ending.empty() || clock::now() > deadline) {
            return killed;
        }
        for (const auto& handle : ending) {
            pollfd waiting{handle.get(), POLLIN, 0};
            ::poll(&waiting, 1, 1000);
        }
    }
}

void reap_all() noexcept {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

} // namespace roomport::server
