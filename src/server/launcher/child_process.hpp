#pragma once

#include "program/descriptor.hpp"

#include <roomport/error.hpp>

#include <boost/system/result.hpp>

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace roomport::server {

/// How a child ended.
class child_exit {
public:
    child_exit() = default;
    bool succeeded = false;
    /// "exit status 1", "signal 9".
    std::string reason;
};

/// What the system tells of an ended child.
child_exit describe_exit(const siginfo_t& info);

/// What a child reads as its standard input.
enum class standard_input {
    /// Nothing: it has ended from the beginning.
    null,
    /// A pipe into which nothing is written, and which ends with the service: for programs that end when it does.
    pipe,
};

/// One child in a process group of its own. Until it is reaped, its process id can't come to mean another process.
class child_process {
public:
    /// Starts a program: looked for along PATH, all descriptors but the standard ones closed, no signal blocked or
    /// ignored. A script that names no interpreter is run by /bin/sh.
    /// @param words the program and its arguments. @param environment `NAME=VALUE` each.
    /// @param output where standard output and error go, appended; "/dev/null" for nowhere.
    static boost::system::result<child_process> spawn(const std::vector<std::string>& words,
                                                      const std::vector<std::string>& environment,
                                                      const std::string& output,
                                                      standard_input input);

    child_process(child_process&&) = default;
    child_process& operator=(child_process&&) = default;

    pid_t pid() const noexcept { return pid_; }

    /// Gives a descriptor away that becomes readable when the child has ended. To be called once.
    program::descriptor take_exit_descriptor() noexcept { return std::move(exit_descriptor_); }

    /// Sends a signal to the whole group. @pre not reaped.
    void signal_group(int signal) const noexcept;

    /// Ends what is left of the group, and takes the exit status.
    /// @param is_starting the group is left alone after an exit status of 0: a wrapper may end before what it starts.
    /// @return false when the child has not ended yet.
    bool reap(child_exit& how, bool is_starting);

    /// Ends the whole group at once and waits for that.
    void kill_and_reap() noexcept;

private:
    child_process(pid_t pid, program::descriptor exit_descriptor, program::descriptor input)
        : pid_(pid), exit_descriptor_(std::move(exit_descriptor)), input_(std::move(input)) {}

    pid_t pid_;
    program::descriptor exit_descriptor_;
    /// Open for as long as the child runs, so that its standard input does not end.
    program::descriptor input_;
};

} // namespace roomport::server
