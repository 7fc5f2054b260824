#pragma once

#include "httpd/resource_limits.hpp"
#include "program/configuration_problems.hpp"
#include "program/settings.hpp"

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace roomport::poller {

using program::configuration_error;

/// What the daemon is told. The sample file documents each key.
class configuration {
public:
    configuration() { client.max_connections = 16; }

    /// Where the daemon serves.
    class listen_section {
    public:
        listen_section() = default;
        std::string address = "localhost:8180";
        std::optional<std::string> tls_certificate;
        std::optional<std::string> tls_key;
        std::optional<std::string> token_file;
        std::size_t max_connections = 16384;
        std::size_t max_connections_per_address = httpd::resource_bounds::unlimited;
        std::size_t max_holds = 8192;
        std::size_t max_input_bytes = std::size_t{64} << 20U;
        std::size_t max_output_bytes = std::size_t{256} << 20U;
        duration request_timeout = std::chrono::seconds(15);
        duration idle_timeout = std::chrono::seconds(75);
    };

    /// How rooms are waited for, beyond what the command line says as well.
    class rooms_section {
    public:
        rooms_section() = default;
        duration not_found_grace{};
        std::size_t max_rooms = 100'000;
        bool from_standard_input = true;
    };

    /// What is told on standard error.
    class log_section {
    public:
        log_section() = default;
        std::string level = "info";
    };

    listen_section listen;
    /// All of [api]: the server whose rooms are waited for. What is not given there comes from the environment or the local
    /// room service, as for the command line. And what [rooms] has in common with that.
    program::settings client;
    rooms_section rooms;
    log_section log;
};

/// Reads a TOML file.
/// @throws configuration_error with a line `FILE:LINE: KEY: what is wrong; what to do` for each thing that is wrong.
configuration read_configuration(const std::filesystem::path& file);

} // namespace roomport::poller
