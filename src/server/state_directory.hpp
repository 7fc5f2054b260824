#pragma once

#include "server/descriptor.hpp"

#include <roomport/secret.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace roomport::server {

/// Something the user has to change before the service can start.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

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

/// The state folder of a running service. Holding this object is holding its lock.
class state_directory {
public:
    /// Makes the folder when it is missing (0700) and locks it.
    /// @throws usage_error when another service has the lock; nothing was touched then.
    /// @throws std::system_error when the folder can't be made or written to.
    static state_directory open(const std::filesystem::path& path);

    /// The folder, absolute.
    const std::filesystem::path& path() const noexcept { return path_; }

    std::filesystem::path file(const char* name) const { return path_ / name; }

    /// A random text that children carry in their environment and by which their orphans are found. Made at first use.
    std::string marker() const;

    /// The secret in a file, a token or a key, without the final newline; generated there (0600) when there is no such
    /// file.
    /// @throws usage_error when the file has no secret in it.
    static secret load_or_make_secret(const std::filesystem::path& file);

    void write_service_facts(const service_facts& facts) const;

private:
    state_directory(std::filesystem::path path, descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    descriptor lock_;
};

} // namespace roomport::server
