#include "cli/serve_command.hpp"

#include "program/configuration_problems.hpp"
#include "program/duration_text.hpp"
#include "program/printable.hpp"
#include "program/report.hpp"
#include "program/usage_error.hpp"
#include "server/service/serve.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <utility>

namespace roomport::cli {
namespace {

constexpr const char* examples = R"(
Examples:
  roomport serve --exec './game_server {port}'
      Every room gets a game server of its own; its UDP port is appended to the command.
  roomport serve --exec './game_server --udp {port} --rcon {port:admin}' --ports default:udp,admin:tcp
      Two ports for each game server. A room is active once the port named default is bound.
  roomport serve --exec ./game_server --rooms-per-process 10 --max-processes 4 --log-dir logs
      Ports by environment (HATHORA_DEFAULT_PORT), ten rooms in each of at most four processes.
  roomport serve --listen 0.0.0.0:8443 --advertise play.example.org --tls-name play.example.org \
      --exec './game_server {port}'
      For players on other machines.
  roomport serve --provider allocator.toml
      Game servers are an orchestrator's; rooms survive a restart of the service.
  roomport serve --simulate start=lognormal:3s:0.5,crash=2%,never=0.1%,seed=7
      No game server at all: a model of one, for load tests.

Placeholders in --exec: {port}, {port:NAME}, {room_id}, {process_id}, {region}. The command is split
into words; there is no shell. Game servers find HATHORA_DEFAULT_PORT, HATHORA_<NAME>_PORT,
HATHORA_PROCESS_ID, HATHORA_REGION, HATHORA_INITIAL_ROOM_ID, HATHORA_INITIAL_ROOM_CONFIG and others
in their environment.

Offered of the API: rooms v1 and v2, processes v1, v2 and v3, lobbies v3, the anonymous and the
nickname login of auth v1, and discovery v2. The tokens of players are signed (HS256) with the
secret in the file app-secret of the state folder, which game servers find as HATHORA_APP_SECRET.
Whoever reaches the service can log in as a player and create lobbies, and rooms with them: where
that matters, set --max-processes. Rooms can't be suspended, and there is no login with Google.

)";

/// Adds what bounds the service, each a number.
void add_bounds(CLI::App& command, server::service_options& options) {
    constexpr std::size_t most = 1'000'000'000'000;
    class bound {
    public:
        const char* name;
        std::size_t* value;
        std::size_t least;
        const char* text;
    };
    auto& shared = options.connections;
    auto& lobbies = options.lobbies;
    constexpr std::size_t largest_answer = std::size_t{16} << 20U;
    for (const auto& each :
         {bound{"--max-connections", &shared.connections, 8,
                "Open connections; one more takes the place of the longest idle"},
          bound{"--max-connections-per-address", &shared.connections_per_address, 1,
                "Open connections of one remote address (default: unlimited)"},
          bound{"--max-holds", &shared.holds, 1, "Answers held at once, in ?wait"},
          bound{"--max-held-keys", &shared.hold_keys, 1,
                "Rooms that all held answers together are about"},
          bound{"--max-input-bytes", &shared.input_bytes, std::size_t{1} << 20U,
                "Bytes of unfinished requests, of all connections"},
          bound{"--max-output-bytes", &shared.output_bytes, largest_answer,
                "Bytes of answers that wait to be written, to all connections"},
          bound{"--max-rooms", &options.max_rooms, 1, "Living rooms"},
          bound{"--max-config-bytes", &options.max_config_bytes, 1,
                "Bytes of the configs of all rooms"},
          bound{"--max-lobbies", &lobbies.lobbies, 1, "Lobbies"},
          bound{"--max-lobbies-per-player", &lobbies.lobbies_per_player, 1,
                "Lobbies that one player has created"},
          bound{"--max-config-bytes-per-player", &lobbies.config_bytes_per_player, 1,
                "Bytes of the configs of one player's lobbies"}}) {
        auto* const option = command.add_option(each.name, *each.value, each.text)
                                 ->check(CLI::Range(each.least, most))
                                 ->group("Bounds");
        if (*each.value != httpd::resource_bounds::unlimited) {
            option->capture_default_str();
        }
    }
}

/// Everything as it stands on the command line.
class arguments {
public:
    arguments() = default;

    server::service_options options;
    std::string command;
    std::string provider_file;
    std::string simulation;
    std::string admin;
    std::string advertise;
    std::string tls_certificate;
    std::string tls_key;
    std::string state_directory;
    std::string token_file;
    std::string port_range = "27000-28999";
    std::string ports = "default:udp";
    std::string bind_timeout = "100s";
    std::string stop_grace = "5s";
    std::string player_token_lifetime = "720h";
    std::string standard_input = "null";
    std::string log_directory;
    bool json = false;
};

template <class T>
void assign_if_given(std::optional<T>& target, const std::string& text) {
    if (!text.empty()) {
        target = text;
    }
}

duration read_duration(const char* option, const std::string& text) {
    const auto value = program::parse_duration(text);
    if (!value) {
        throw program::usage_error(std::string(option) +
                                   " is a number with ms, s, m or h, like 5s; more than zero");
    }
    return *value;
}

template <class T>
T read(const char* option, boost::system::result<T, std::string> parsed) {
    if (parsed.has_error()) {
        throw program::usage_error(std::string(option) + ": " + parsed.error());
    }
    return std::move(*parsed);
}

server::service_options read_options(const arguments& given) {
    auto options = given.options;
    assign_if_given(options.command, given.command);
    assign_if_given(options.provider_file, given.provider_file);
    assign_if_given(options.admin, given.admin);
    assign_if_given(options.advertise, given.advertise);
    assign_if_given(options.tls_certificate, given.tls_certificate);
    assign_if_given(options.tls_key, given.tls_key);
    assign_if_given(options.state_directory, given.state_directory);
    assign_if_given(options.token_file, given.token_file);
    assign_if_given(options.log_directory, given.log_directory);
    if (!given.simulation.empty()) {
        options.simulation = read("--simulate", server::simulation_spec::parse(given.simulation));
    }
    options.port_range = read("--port-range", server::parse_port_range(given.port_range));
    options.ports = read("--ports", server::parse_port_declarations(given.ports));
    options.bind_timeout = read_duration("--bind-timeout", given.bind_timeout);
    options.stop_grace = read_duration("--stop-grace", given.stop_grace);
    options.player_token_lifetime =
        read_duration("--player-token-lifetime", given.player_token_lifetime);
    options.input = given.standard_input == "pipe" ? server::standard_input::pipe
                                                   : server::standard_input::null;
    return options;
}

void report_bad_usage(std::string why, bool as_json) {
    program::failure what;
    what.error = error::invalid_argument;
    what.message = std::move(why);
    report(what, as_json);
}

program::exit_status run(const arguments& given) {
    const auto announce = [](const std::string& url) {
        program::print_line(url);
    };
    const auto log = [](const std::string& line) {
        program::tell("serve: " + line);
    };
    try {
        return static_cast<program::exit_status>(server::serve(read_options(given), announce, log));
    } catch (const program::usage_error& wrong) {
        report_bad_usage(std::string(wrong.what()) + "; see serve --help", given.json);
    } catch (const program::configuration_error& wrong) {
        for (const auto problem : program::lines_of(wrong.what())) {
            report_bad_usage(std::string(problem), given.json);
        }
    }
    return program::exit_status::bad_usage;
}

} // namespace

void add_serve_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto& command = *program.add_subcommand(
        "serve",
        "Runs the local room service: the room API on this machine, with real game servers");
    command.footer(examples + std::string(server::simulation_spec::grammar()));

    auto* exec =
        command.add_option("--exec", given->command,
                           "The game server to start, with placeholders: './game_server {port}'");
    auto* simulate =
        command.add_option("--simulate", given->simulation,
                           "A model of start-up times instead of game servers; see below");
    auto* provider = command.add_option("--provider", given->provider_file,
                                        "A file that describes the orchestrator that runs the game "
                                        "servers (TOML); see docs/providers.md");
    exec->excludes(simulate)->excludes(provider);
    simulate->excludes(provider);
    command
        .add_option("--listen", given->options.listen,
                    "HOST:PORT: all addresses of the host; localhost is 127.0.0.1 and ::1; "
                    "port 0: any that is free")
        ->capture_default_str();
    command.add_option(
        "--admin", given->admin,
        "HOST:PORT for /healthz, /readyz and /metrics (Prometheus) in plain HTTP (default: none)");
    command.add_option("--advertise", given->advertise,
                       "The host that players are told (default: the listen host, or 127.0.0.1)");
    command
        .add_option("--tls-name", given->options.tls_names,
                    "A further host name or address for the certificate; may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    auto* certificate = command.add_option("--tls-cert", given->tls_certificate,
                                           "A certificate chain (PEM) instead of a generated one");
    auto* key = command.add_option("--tls-key", given->tls_key, "The key of --tls-cert (PEM)");
    certificate->needs(key);
    key->needs(certificate);
    command.add_option("--app-id", given->options.app_id, "The one app that is served")
        ->capture_default_str();
    command.add_option("--state-dir", given->state_directory,
                       "Where CA, token and lock are kept (default: $XDG_STATE_HOME/roomport, else "
                       "~/.local/state/roomport)");
    command.add_option("--token-file", given->token_file,
                       "The token that clients have to send; made when there is no such file "
                       "(default: in the state folder)");
    command.add_option("--port-range", given->port_range, "The ports for game servers, FIRST-LAST")
        ->capture_default_str();
    command
        .add_option("--ports", given->ports,
                    "The ports of each game server, NAME:TRANSPORT, one of them named default")
        ->capture_default_str();
    command
        .add_option("--rooms-per-process", given->options.rooms_per_process,
                    "How many rooms share a game server")
        ->capture_default_str()
        ->check(CLI::Range(1, 10000));
    command
        .add_option("--max-processes", given->options.max_processes,
                    "How many game servers run at once (default: unlimited)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
    command
        .add_option("--bind-timeout", given->bind_timeout,
                    "How long a game server may take to bind its port")
        ->capture_default_str();
    command
        .add_option("--stop-grace", given->stop_grace,
                    "How long a game server may take to end after SIGTERM")
        ->capture_default_str();
    command
        .add_option(
            "--pass-env", given->options.passed_environment,
            "A further variable of the service's environment for game servers, by name; '*': "
            "all but HATHORA_TOKEN; may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(CLI::Validator(
            [](std::string& name) {
                return name.empty() || name.find('=') != std::string::npos
                           ? std::string("takes the name of a variable, without its value, or '*'")
                           : std::string();
            },
            "NAME"));
    command
        .add_option(
            "--stdin", given->standard_input,
            "What game servers read: null (nothing, it has ended), or pipe (nothing, it stays "
            "open until the service ends)")
        ->capture_default_str()
        ->check(CLI::IsMember({"null", "pipe"}));
    command.add_flag("--bound-is-enough", given->options.is_bound_enough,
                     "Take whoever holds a game server's port for the game server: for containers "
                     "and other users' processes, whose engine runs outside of the service");
    command
        .add_option("--player-token-lifetime", given->player_token_lifetime,
                    "How long the token of a player's login is good")
        ->capture_default_str();
    command.add_option("--log-dir", given->log_directory,
                       "A folder for the output of game servers, a file for each (default: none)");
    add_bounds(command, given->options);
    command.add_flag("--json", given->json, "Print a failure to start as JSON");
    command.callback([given, &chosen] {
        chosen = [given] {
            return run(*given);
        };
    });
}

} // namespace roomport::cli
