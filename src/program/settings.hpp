#pragma once

#include <roomport/client/client_options.hpp>
#include <roomport/clock.hpp>
#include <roomport/default_timeouts.hpp>
#include <roomport/wait/wait_options.hpp>

#include <CLI/App.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace roomport::program {

/// The options that all client commands share, as they were given.
class settings {
public:
    settings() = default;

    // Nothing: not given. An empty text is given, and refused like any other that makes no sense.
    std::optional<std::string> endpoint;
    std::optional<std::string> app_id;
    std::optional<std::string> ca_file;
    std::optional<std::string> token_file;
    std::optional<std::string> certificate_file;
    std::optional<std::string> key_file;
    duration timeout = default_wait_timeout;
    duration connect_timeout = default_connect_timeout;
    duration request_timeout = default_request_timeout;
    /// Zero: the client's own cadence.
    duration poll_interval{};
    unsigned max_failures = 0;
    std::size_t max_connections = 8;
    bool allow_plaintext = false;
    bool json = false;
    bool verbose = false;
};

/// Adds the shared options to a command.
/// @param to must outlive the parsing.
void add_settings(CLI::App& command, settings& to);

/// Adds an option that takes a length of time.
CLI::Option* add_duration(CLI::App& command, const std::string& name, duration& to,
                          const std::string& description);

/// What a client is made with, from the options, the environment and the local room service's state folder.
/// @throws boost::system::system_error `error::invalid_argument` with a text that says what is missing.
client_options to_client_options(const settings& given);

/// How to wait.
wait_options to_wait_options(const settings& given);

} // namespace roomport::program
