#include "program/files.hpp"

#include "program/descriptor.hpp"

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

} // namespace

std::optional<std::string> read_file(const std::filesystem::path& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        fail(path);
    }
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
        if (text.size() > (std::size_t{1} << 20U)) {
            errno = EFBIG;
            fail(path);
        }
    }
}

void restrict_to_owner(const std::filesystem::path& path) {
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 && errno != ENOENT) {
        fail(path);
    }
}

void write_file(const std::filesystem::path& path, std::string_view text, bool is_secret) {
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
    if ((!is_secret && ::fchmod(file.get(), 0644) != 0) || ::fsync(file.get()) != 0 ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        give_up();
    }
}

} // namespace roomport::program
