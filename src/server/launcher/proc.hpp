#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// The ids of all processes that can be seen.
std::vector<pid_t> all_processes();

/// The whole of a file whose size the system does not tell; nothing when it can't be read.
std::optional<std::string> read_pseudo_file(const std::string& path);

/// What /proc/PID/stat says of a process.
class process_stat {
public:
    process_stat() = default;
    pid_t parent = 0;
    pid_t group = 0;
    char state = '?';
    /// Since the machine started, in clock ticks: with the id it names a process for good.
    unsigned long long start_time = 0;
};

/// Nothing when there is no such process.
std::optional<process_stat> read_stat(pid_t process);

/// The program's name as the system shows it, without control bytes; "?" when it can't be read.
std::string process_name(pid_t process);

/// Where a symbolic link points to; nothing when it can't be read.
std::optional<std::string> read_link(const std::string& path);

} // namespace roomport::server
