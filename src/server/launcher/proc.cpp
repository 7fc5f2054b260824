#include "server/launcher/proc.hpp"

#include "program/descriptor.hpp"
#include "program/printable.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <sstream>
#include <string_view>

namespace roomport::server {

std::vector<pid_t> all_processes() {
    std::vector<pid_t> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
    if (!folder) {
        return found;
    }
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string_view name = static_cast<const char*>(entry->d_name);
        pid_t pid = 0;
        const auto* end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data(), end, pid);
        if (error == std::errc() && stop == end) {
            found.push_back(pid);
        }
    }
    return found;
}

std::optional<std::string> read_pseudo_file(const std::string& path) {
    const program::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 16384> piece{};
    while (true) {
        const auto size = ::read(file.get(), piece.data(), piece.size());
        if (size > 0) {
            text.append(piece.data(), static_cast<std::size_t>(size));
        } else if (size == 0) {
            return text;
        } else if (errno != EINTR) {
            return std::nullopt;
        }
    }
}

std::optional<process_stat> read_stat(pid_t process) {
    const auto text = read_pseudo_file("/proc/" + std::to_string(process) + "/stat");
    // The program's name stands in parentheses and may itself contain some.
    const auto name_end = text ? text->rfind(')') : std::string::npos;
    if (!text || name_end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream rest(text->substr(name_end + 1));
    process_stat stat;
    rest >> stat.state >> stat.parent >> stat.group;
    constexpr int fields_before_start = 16;
    std::string skipped;
    for (int field = 0; field < fields_before_start; ++field) {
        rest >> skipped;
    }
    rest >> stat.start_time;
    if (!rest) {
        return std::nullopt;
    }
    return stat;
}

std::string process_name(pid_t process) {
    auto name = read_pseudo_file("/proc/" + std::to_string(process) + "/comm").value_or("?\n");
    name = name.substr(0, name.find('\n'));
    return program::printable(name);
}

std::optional<std::string> read_link(const std::string& path) {
    std::array<char, 4096> target{};
    const auto size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) {
        return std::nullopt;
    }
    return std::string(target.data(), static_cast<std::size_t>(size));
}

} // namespace roomport::server
