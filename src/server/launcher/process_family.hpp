#pragma once

#include "server/launcher/proc.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// All processes that can be seen, at one time.
class process_table {
public:
    /// Reads them.
    process_table();

    const std::unordered_map<pid_t, process_stat>& all() const noexcept { return all_; }

    /// This process and those it descends from: what must never be taken for a game server.
    bool is_self_or_ancestor(pid_t process) const;

private:
    std::unordered_map<pid_t, process_stat> all_;
};

/// The processes that belong to one game server: its first process and its group, what descends from these, what was
/// once seen to, and what carries its marker in its environment. A wrapper may put its child into another group or
/// session, change its user, or end before it.
class process_family {
public:
    /// @param leader the first process, which leads a group. @param process_id what HATHORA_PROCESS_ID says.
    process_family(pid_t leader, std::string process_id)
        : leader_(leader), process_id_(std::move(process_id)) {}

    const std::string& process_id() const noexcept { return process_id_; }

    /// The first process was reaped: its id may come to mean another one.
    void leader_is_reaped() noexcept { leader_ = 0; }

    /// Those that were alive at the last reading, with their start times.
    const std::map<pid_t, unsigned long long>& living() const noexcept { return living_; }

    /// Sends a signal to everyone alive at the last reading.
    /// @return the ids of those that may not be signalled, being of another user.
    std::vector<pid_t> signal_all(int signal) const;

private:
    friend void find_members(const process_table&, const std::string&,
                             const std::vector<process_family*>&);

    pid_t leader_;
    std::string process_id_;
    std::map<pid_t, unsigned long long> living_;
};

/// Finds out who belongs to each of some families.
/// @param marker what the service's marker variable says; empty: the environment is not looked at.
void find_members(const process_table& table, const std::string& marker,
                  const std::vector<process_family*>& families);

/// The value of a variable in the environment that a process was started with; nothing when it can't be read.
class process_environment {
public:
    explicit process_environment(pid_t process);

    /// Whether a variable has a value.
    bool says(const std::string& variable, const std::string& value) const;

    /// The value of a variable; empty when it has none.
    std::string value_of(const std::string& variable) const;

private:
    std::string text_;
};

} // namespace roomport::server
