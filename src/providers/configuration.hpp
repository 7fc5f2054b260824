#pragma once

#include "allocation/engine.hpp"
#include "providers/config_section.hpp"
#include "providers/http/description.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace roomport::providers {

/// How the platforms of a file are reached.
class connection_settings {
public:
    connection_settings() = default;
    std::string ca_file;
    std::string certificate_file;
    std::string private_key_file;
    duration request_timeout = std::chrono::seconds(10);
};

/// A file that describes an orchestrator.
class provider_configuration {
public:
    provider_configuration() = default;
    /// Empty: the state folder's own.
    std::string owner;
    /// Rooms' regions and the platform's words for them; empty: the same words.
    std::map<std::string, std::string> regions;
    /// The main port first.
    std::vector<port_name> ports;
    connection_settings connection;
    /// Owner and app are not from here.
    allocation::engine_settings engine;
    http_description http;
};

/// Reads a file. Names of files in it are taken from its own folder.
/// @throws configuration_error with file, line and key of everything that is wrong.
provider_configuration read_configuration(const std::filesystem::path& file);

/// Whether a text may be an owner: 1 to 32 of `[a-z0-9-]`.
bool is_valid_owner(std::string_view text);

} // namespace roomport::providers
