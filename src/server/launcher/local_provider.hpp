#pragma once

#include "server/launcher/child_process.hpp"
#include "server/launcher/command_template.hpp"
#include "server/launcher/port_judge.hpp"
#include "server/launcher/port_probe.hpp"
#include "server/rooms/provider.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// How children are started.
class local_provider_options {
public:
    local_provider_options() = default;

    command_template command;

    /// `NAME=VALUE` each: what every child gets beside what its order says.
    std::vector<std::string> environment;

    /// The names of further variables of the service's own environment that children get; @ref every_variable for all.
    std::vector<std::string> passed_environment;

    /// What children read as their standard input.
    standard_input input = standard_input::null;

    /// A folder for a file of output per process; empty: output goes nowhere.
    std::string log_folder;

    /// What the marker variable in @ref environment says; empty: game servers are not looked for by it.
    std::string marker;

    /// Where players are told to find the ports.
    advertised_addresses advertised;
    std::string advertised_host;

    /// A bound port is a ready game server, whoever holds it and wherever in this machine its process is.
    bool is_bound_enough = false;

    /// Between TERM and KILL.
    duration stop_grace = std::chrono::seconds(5);
};

/// Starts real processes on this machine and watches for their ports.
class local_provider final : public provider {
public:
    local_provider(boost::asio::io_context& context, local_provider_options options);

    /// Kills what still runs.
    ~local_provider() override;

    void on_event(listener to) override;
    void create(const process_order& order) override;
    std::optional<process_state> observe(const std::string& process_id) const override;
    void stop(const std::string& process_id, bool at_once) override;
    std::vector<std::string> list() const override;

    /// Takes the exit status of every ended child that this provider did not start: a process 1 inherits orphans.
    void reap_strangers();

private:
    class child;
    /// One round of looks at the ports of all game servers in one state.
    class round;

    void watch(const std::shared_ptr<child>& started);
    void finish(const std::shared_ptr<child>& ended);
    void sweep_soon();
    void sweep_after(duration pause);
    void sweep();
    void carry_on_or_end(child& without_leader, port_probe& probe);
    void report_end(const std::shared_ptr<child>& ended);
    void begin_probing();
    void probe_all();
    void guard_after(duration pause);
    void guard_ready_ones();
    void report_later(process_event event);

    boost::asio::io_context& context_;
    local_provider_options options_;
    listener listener_;
    std::unordered_map<std::string, std::shared_ptr<child>> children_;
    boost::asio::steady_timer probe_timer_;
    duration probe_interval_{};
    bool probing_ = false;
    boost::asio::steady_timer guard_timer_;
    bool guarding_ = false;
    boost::asio::steady_timer sweep_timer_;
    duration sweep_interval_{};
};

/// What stands for all variables in @ref local_provider_options::passed_environment.
inline constexpr std::string_view every_variable = "*";

/// The environment of a game server: of `inherited` a short list (PATH, HOME, USER, LANG, LC_ALL, TZ, TMPDIR,
/// LD_LIBRARY_PATH) and what `passed` names, never HATHORA_TOKEN nor what `own` sets; then `own`.
std::vector<std::string> child_environment(const std::vector<std::string>& inherited,
                                           const std::vector<std::string>& passed,
                                           const std::vector<std::string>& own);

/// The variables that say what process this is and which ports and room it has.
std::vector<std::string> order_environment(const process_order& order);

} // namespace roomport::server
