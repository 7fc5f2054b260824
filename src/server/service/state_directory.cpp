#include "server/service/state_directory.hpp"

#include "program/files.hpp"
#include "program/usage_error.hpp"
#include "server/rooms/random_text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace roomport::server {
namespace {

constexpr std::size_t marker_length = 32;

} // namespace

state_directory state_directory::open(const std::filesystem::path& path) {
    const auto absolute = std::filesystem::absolute(path);
    if (!std::filesystem::exists(absolute)) {
        std::filesystem::create_directories(absolute.parent_path());
        // Never open to others, not even for a moment.
        if (::mkdir(absolute.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
            throw std::system_error(errno, std::system_category(), absolute.string());
        }
    }
    program::require_own_directory(absolute);
    const auto lock_file = absolute / "lock";
    program::descriptor lock(
        ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!lock) {
        if (errno == ELOOP) {
            throw program::usage_error(lock_file.string() + " is a symbolic link; remove it");
        }
        throw std::system_error(errno, std::system_category(), lock_file.string());
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw std::system_error(errno, std::system_category(), lock_file.string());
        }
        throw program::usage_error("another room service runs on the state folder " +
                                   absolute.string() +
                                   "; stop it, or name another folder with --state-dir");
    }
    return {std::filesystem::canonical(absolute), std::move(lock)};
}

// A file that a crash left empty or full of zeros is made anew.
std::string state_directory::marker() const {
    const auto where = file("marker");
    const auto is_hex_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (auto known = program::read_own_file(where, program::file_kind::secret);
        known && known->size() == marker_length &&
        std::all_of(known->begin(), known->end(), is_hex_digit)) {
        return *known;
    }
    auto made = random_hex(marker_length / 2);
    program::write_file(where, made, program::file_kind::secret);
    return made;
}

secret state_directory::load_or_make_secret(const std::filesystem::path& file) const {
    const bool is_own = file.parent_path() == path_;
    if (auto known = is_own ? program::read_own_file(file, program::file_kind::secret)
                            : program::read_given_secret(file)) {
        while (known->ends_with('\n') || known->ends_with('\r')) {
            known->pop_back();
        }
        if (known->empty()) {
            throw program::usage_error("the file " + file.string() + " is empty");
        }
        if (std::any_of(known->begin(), known->end(), [](char c) { return c < '!' || c > '~'; })) {
            throw program::usage_error("the secret in " + file.string() +
                                       " has characters that can't be sent; use visible ASCII");
        }
        return secret(*known);
    }
    const auto made = random_hex(32);
    program::write_file(file, made + "\n", program::file_kind::secret);
    return secret(made);
}

} // namespace roomport::server
