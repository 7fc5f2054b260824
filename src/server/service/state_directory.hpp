#pragma once

#include "program/descriptor.hpp"

#include <roomport/secret.hpp>

#include <filesystem>
#include <string>

namespace roomport::server {

/// The state folder of a running service. Holding this object is holding its lock.
class state_directory {
public:
    /// Makes the folder when it is missing (0700) and locks it.
    /// @throws usage_error when another service has the lock, or when the folder is another user's or other users may put
    ///         files there; nothing was touched then.
    /// @throws std::system_error when the folder can't be made or written to.
    static state_directory open(const std::filesystem::path& path);

    /// The folder, absolute.
    const std::filesystem::path& path() const noexcept { return path_; }

    std::filesystem::path file(const char* name) const { return path_ / name; }

    /// A random text that children carry in their environment and by which their orphans are found. Made at first use.
    std::string marker() const;

    /// The secret in a file, a token or a key, without the final newline; generated there (0600) when there is no such
    /// file. One in the folder is this service's own: it must be this user's, and other users lose the right to read it.
    /// One elsewhere may be root's.
    /// @throws usage_error when the file has no secret in it, or when another user may have put it there.
    secret load_or_make_secret(const std::filesystem::path& file) const;

private:
    state_directory(std::filesystem::path path, program::descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    program::descriptor lock_;
};

} // namespace roomport::server
