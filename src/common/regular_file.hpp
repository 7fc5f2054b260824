#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

namespace roomport::detail {

/// Why a file can't be used; `what()` says what to do.
class unusable_file : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline std::string open_problem(int reason) {
    const auto text = std::generic_category().message(reason);
    return reason == EMFILE || reason == ENFILE ? text + "; allow more open files (ulimit -n)"
                                                : text + "; check the name and the permissions";
}

/// What an open file is instead of a regular one of at most `most` bytes; empty: it is one.
inline std::string form_problem(int file, std::size_t most) {
    struct stat status {};
    if (::fstat(file, &status) != 0) {
        return std::generic_category().message(errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return "it is a directory; give a file";
    }
    if (!S_ISREG(status.st_mode)) {
        return "it is a pipe, a socket or a device; give a regular file";
    }
    return status.st_size > static_cast<off_t>(most)
               ? "it is larger than " + std::to_string(most) + " bytes, which no such file is"
               : std::string();
}

/// The bytes of a file that a user named. Never waits for who writes to a pipe, nor reads on without an end.
/// @throws unusable_file
inline std::string read_regular_file(const std::string& path, std::size_t most) {
    class open_file {
    public:
        explicit open_file(const std::string& name)
            : number(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
        open_file(const open_file&) = delete;
        open_file& operator=(const open_file&) = delete;
        ~open_file() {
            if (number >= 0) {
                ::close(number);
            }
        }
        const int number;
    };
    const open_file file(path);
    if (file.number < 0) {
        // Nobody listens at a socket's name, or at a device's.
        throw unusable_file(errno == ENXIO ? "it is a socket or a device; give a regular file"
                                           : open_problem(errno));
    }
    if (auto problem = form_problem(file.number, most); !problem.empty()) {
        throw unusable_file(problem);
    }
    std::string bytes;
    std::array<char, 4096> piece{};
    while (true) {
        const auto size = ::read(file.number, piece.data(), piece.size());
        if (size == 0) {
            return bytes;
        }
        if (size < 0) {
            throw unusable_file(std::generic_category().message(errno));
        }
        bytes.append(piece.data(), static_cast<std::size_t>(size));
        if (bytes.size() > most) {
            throw unusable_file("it is larger than " + std::to_string(most) +
                                " bytes, which no such file is");
        }
    }
}

} // namespace roomport::detail
