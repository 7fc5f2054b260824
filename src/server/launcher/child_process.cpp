#include "server/launcher/child_process.hpp"

#include "server/launcher/launch_problem.hpp"
#include "server/launcher/pidfd.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace roomport::server {
namespace {

error_code system_error(int number) {
    return {number, boost::system::system_category()};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (const auto& text : texts) {
        // posix_spawn takes its texts as non-const for reasons of C; it does not change them.
        result.push_back(const_cast<char*>(text.c_str()));
    }
    result.push_back(nullptr);
    return result;
}

class spawn_settings {
public:
    spawn_settings(const std::string& output, const program::descriptor& input) {
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                  POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        if (input) {
            posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        }
        posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                         0600);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
        posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;
    ~spawn_settings() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t actions{};
};

} // namespace

boost::system::result<child_process>
child_process::spawn(const std::vector<std::string>& words,
                     const std::vector<std::string>& environment, const std::string& output,
                     standard_input input) {
    program::descriptor read_end;
    program::descriptor write_end;
    if (input == standard_input::pipe) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            return system_error(errno);
        }
        read_end = program::descriptor(ends[0]);
        write_end = program::descriptor(ends[1]);
    }
    const spawn_settings settings(output, read_end);
    auto all_words = words;
    // What the shell does with a script that names no interpreter, and the system does not.
    if (const auto found = find_program(words.front()); found && is_plain_script(*found)) {
        all_words.front() = *found;
        all_words.insert(all_words.begin(), "/bin/sh");
    }
    const auto arguments = pointers(all_words);
    const auto variables = pointers(environment);
    pid_t pid = 0;
    const int failure = posix_spawnp(&pid, arguments.front(), &settings.actions,
                                     &settings.attributes, arguments.data(), variables.data());
    if (failure != 0) {
        return system_error(failure);
    }
    child_process started(pid, program::descriptor(pidfd_open(pid, 0)), std::move(write_end));
    if (!started.exit_descriptor_) {
        const int reason = errno;
        started.kill_and_reap();
        return system_error(reason);
    }
    return started;
}

void child_process::signal_group(int signal) const noexcept {
    ::kill(-pid_, signal);
}

child_exit describe_exit(const siginfo_t& info) {
    child_exit how;
    how.succeeded = info.si_code == CLD_EXITED && info.si_status == 0;
    how.reason =
        (info.si_code == CLD_EXITED ? "exit status " : "signal ") + std::to_string(info.si_status);
    return how;
}

bool child_process::reap(child_exit& how, bool is_starting) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
        return false;
    }
    if (!is_starting || !describe_exit(info).succeeded) {
        // While its leader is not reaped, the group's id can't belong to anybody else.
        signal_group(SIGKILL);
    }
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
    how = describe_exit(info);
    return true;
}

void child_process::kill_and_reap() noexcept {
    signal_group(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

} // namespace roomport::server
