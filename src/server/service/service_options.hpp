#pragma once

#include "httpd/resource_limits.hpp"
#include "server/api/lobby_list.hpp"
#include "server/launcher/child_process.hpp"
#include "server/rooms/ports.hpp"
#include "server/simulation/simulation_spec.hpp"

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// How the local room service is run.
class service_options {
public:
    service_options() = default;

    /// The command of a game server; nothing when @ref simulation is set.
    std::optional<std::string> command;
    std::optional<simulation_spec> simulation;
    /// A file that describes an orchestrator, which runs the game servers; instead of both.
    std::optional<std::filesystem::path> provider_file;

    /// `HOST:PORT`, IPv6 addresses in brackets; port 0: chosen by the system. All addresses of a name are listened on;
    /// `localhost` is 127.0.0.1 and ::1.
    std::string listen = "localhost:8443";

    /// `HOST:PORT` for /healthz, /readyz and /metrics in plain HTTP; nothing: nowhere.
    std::optional<std::string> admin;

    /// Where players find the ports; nothing: the first listen address, or 127.0.0.1 when that is "any".
    std::optional<std::string> advertise;

    /// Further names for the certificate.
    std::vector<std::string> tls_names;

    /// A certificate chain and its key, PEM; both or neither: then one is issued by the state folder's own CA.
    std::optional<std::filesystem::path> tls_certificate;
    std::optional<std::filesystem::path> tls_key;

    std::string app_id = "local";

    /// Nothing: the user's own.
    std::optional<std::filesystem::path> state_directory;

    /// Nothing: in the state folder.
    std::optional<std::filesystem::path> token_file;

    server::port_range port_range;
    std::vector<port_declaration> ports{port_declaration()};
    int rooms_per_process = 1;
    std::size_t max_processes = std::numeric_limits<std::size_t>::max();
    std::size_t max_rooms = 100'000;
    std::size_t max_config_bytes = std::size_t{64} << 20U;
    lobby_bounds lobbies;

    /// How long the token of a player's login is good.
    duration player_token_lifetime = std::chrono::hours(24 * 30);

    /// What all connections together may use.
    httpd::resource_bounds connections;

    duration bind_timeout = std::chrono::seconds(100);
    duration stop_grace = std::chrono::seconds(5);

    /// A bound port is a ready game server, whoever holds it.
    bool is_bound_enough = false;

    /// Variables of the service's environment that game servers get beside a short list; "*" for all but HATHORA_TOKEN.
    std::vector<std::string> passed_environment;

    /// What game servers read as their standard input.
    standard_input input = standard_input::null;

    /// A folder for the output of game servers; nothing: it goes nowhere.
    std::optional<std::filesystem::path> log_directory;
};

} // namespace roomport::server
