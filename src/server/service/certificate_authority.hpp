#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace roomport::server {

/// Where a certificate and its key are.
class certificate_files {
public:
    certificate_files() = default;
    certificate_files(std::filesystem::path certificate_file,
                      std::filesystem::path private_key_file)
        : certificate(std::move(certificate_file)), key(std::move(private_key_file)) {}
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// A certificate authority for development, kept in a folder: `ca.pem` and `ca.key`, `server.pem` and `server.key`.
/// Keys are readable for their owner alone.
class certificate_authority {
public:
    /// @param folder where the files are.
    explicit certificate_authority(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Sees to it that there is a certificate for exactly these names that is valid for a while to come; makes the CA
    /// and issues a certificate when needed.
    /// @param names host names and IP addresses.
    /// @return whether anything was written.
    /// @throws std::runtime_error
    bool provide(const std::vector<std::string>& names, std::chrono::system_clock::time_point now);

    certificate_files ca() const { return {folder_ / "ca.pem", folder_ / "ca.key"}; }
    certificate_files leaf() const { return {folder_ / "server.pem", folder_ / "server.key"}; }

private:
    std::filesystem::path folder_;
};

} // namespace roomport::server
