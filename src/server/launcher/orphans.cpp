#include "server/launcher/orphans.hpp"

#include "program/descriptor.hpp"
#include "server/launcher/pidfd.hpp"
#include "server/launcher/proc.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <vector>

namespace roomport::server {
namespace {

std::set<pid_t> self_and_ancestors() {
    std::set<pid_t> family;
    for (pid_t process = ::getpid(); process > 0 && family.insert(process).second;) {
        const auto stat = read_stat(process);
        process = stat ? stat->parent : 0;
    }
    return family;
}

bool carries(pid_t process, const std::string& variable) {
    struct stat facts {};
    const auto folder = "/proc/" + std::to_string(process);
    if (::stat(folder.c_str(), &facts) != 0 || facts.st_uid != ::geteuid()) {
        return false;
    }
    const auto environment = read_pseudo_file(folder + "/environ");
    if (!environment) {
        return false;
    }
    for (std::size_t begin = 0; begin < environment->size();) {
        const auto end = std::min(environment->find('\0', begin), environment->size());
        if (environment->compare(begin, end - begin, variable) == 0) {
            return true;
        }
        begin = end + 1;
    }
    return false;
}

} // namespace

std::size_t kill_orphans(const std::string& marker, duration patience) {
    const auto deadline = clock::now() + patience;
    const auto family = self_and_ancestors();
    const auto variable = std::string(marker_variable) + "=" + marker;
    std::size_t killed = 0;
    while (true) {
        std::vector<program::descriptor> ending;
        for (const auto process : all_processes()) {
            if (family.count(process) != 0) {
                continue;
            }
            // Taken before the look at the environment: from then on the id can't come to mean another process.
            program::descriptor handle(pidfd_open(process, 0));
            if (!handle || !carries(process, variable)) {
                continue;
            }
            if (pidfd_send_signal(handle.get(), SIGKILL, nullptr, 0) == 0) {
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
