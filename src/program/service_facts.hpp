#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace roomport::program {

/// What a client has to know of a running service; the content of `service.json`.
///
/// ```json
/// {"version":1,"url":"https://127.0.0.1:8443","appId":"local","caFile":"/…/ca.pem","tokenFile":"/…/token"}
/// ```
/// `caFile` is missing when the service was given a certificate of its own. The file stays when the service ends.
class service_facts {
public:
    service_facts() = default;
    std::string url;
    std::string app_id;
    std::optional<std::filesystem::path> ca_file;
    std::filesystem::path token_file;
};

/// `$XDG_STATE_HOME/roomport`, or `~/.local/state/roomport`.
/// @throws usage_error when the user has no home.
std::filesystem::path default_state_directory();

/// What the last service on a state folder wrote down; nothing when there was none, or the file can't be understood.
std::optional<service_facts> read_service_facts(const std::filesystem::path& state_directory);

/// Writes what a client has to know into a state folder.
/// @throws std::system_error
void write_service_facts(const std::filesystem::path& state_directory, const service_facts& facts);

} // namespace roomport::program
