#include "program/files.hpp"

#include "program/descriptor.hpp"
#include "program/usage_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace roomport::program {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw std::system_error(errno, std::system_category(), path.string());
}

constexpr std::size_t largest_file = std::size_t{1} << 20U;

struct stat status_of(const descriptor& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        fail(path);
    }
    // A pipe keeps its reader waiting, and a device may have no end.
    if (!S_ISREG(status.st_mode)) {
        const bool is_folder = S_ISDIR(status.st_mode);
        throw std::system_error(is_folder ? EISDIR : EINVAL, std::system_category(),
                                path.string() + (is_folder ? " is a folder, not a file"
                                                           : " is a pipe, a socket or a device, "
                                                             "not a regular file"));
    }
    return status;
}

std::string read_all(const descriptor& file, const std::filesystem::path& path) {
    std::string text;
    std::array<char, 4096> piece{};
    while (true) {
        const auto size = ::read(file.get(), piece.data(), piece.size());
        if (size == 0) {
            return text;
        }
        if (size < 0) {
            fail(path);
        }
        text.append(piece.data(), static_cast<std::size_t>(size));
        if (text.size() > largest_file) {
            errno = EFBIG;
            fail(path);
        }
    }
}

descriptor open_to_read(const std::filesystem::path& path, int flags) {
    return descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags));
}

void require_owner(const struct stat& status, const std::filesystem::path& path, bool root_too) {
    if (status.st_uid != ::geteuid() && !(root_too && status.st_uid == 0)) {
        throw usage_error(path.string() + " belongs to another user (" +
                          std::to_string(status.st_uid) +
                          "), who could put anything there; remove it, or give it to the user that "
                          "this runs as");
    }
}

void require_no_other_writers(const struct stat& status, const std::filesystem::path& path) {
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        throw usage_error(path.string() +
                          " can be written to by other users; see who did, then: chmod go-w " +
                          path.string());
    }
}

} // namespace

std::optional<std::string> read_file(const std::filesystem::path& path) {
    const descriptor file = open_to_read(path, 0);
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        fail(path);
    }
    status_of(file, path);
    return read_all(file, path);
}

std::optional<std::string> read_own_file(const std::filesystem::path& path, file_kind kind) {
    const descriptor file = open_to_read(path, O_NOFOLLOW);
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        if (errno == ELOOP) {
            throw usage_error(path.string() + " is a symbolic link; remove it");
        }
        fail(path);
    }
    const auto status = status_of(file, path);
    require_owner(status, path, false);
    require_no_other_writers(status, path);
    const bool is_readable = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (kind == file_kind::secret && is_readable && ::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0) {
        fail(path);
    }
    return read_all(file, path);
}

std::optional<std::string> read_given_secret(const std::filesystem::path& path) {
    const descriptor file = open_to_read(path, 0);
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        fail(path);
    }
    const auto status = status_of(file, path);
    require_owner(status, path, true);
    require_no_other_writers(status, path);
    return read_all(file, path);
}

void require_own_directory(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        fail(path);
    }
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        fail(path);
    }
    require_owner(status, path, false);
    require_no_other_writers(status, path);
}

void write_file(const std::filesystem::path& path, std::string_view text, file_kind kind) {
    std::string temporary = path.string() + ".XXXXXX";
    // mkostemp makes the file readable for its owner alone.
    const descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file) {
        fail(path);
    }
    const auto give_up = [&] {
        const int reason = errno;
        ::unlink(temporary.c_str());
        errno = reason;
        fail(path);
    };
    while (!text.empty()) {
        const auto size = ::write(file.get(), text.data(), text.size());
        if (size < 0) {
            give_up();
        }
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    if ((kind == file_kind::plain && ::fchmod(file.get(), 0644) != 0) || ::fsync(file.get()) != 0 ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        give_up();
    }
}

} // namespace roomport::program
