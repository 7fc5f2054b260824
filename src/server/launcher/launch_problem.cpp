#include "server/launcher/launch_problem.hpp"

#include "program/printable.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace roomport::server {
namespace {

/// The beginning of a file, as much as the system looks at; nothing when it can't be read.
std::optional<std::string> beginning_of(const std::string& path) {
    std::array<char, 256> bytes{};
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), bytes.size());
    if (file.bad() || !file.is_open()) {
        return std::nullopt;
    }
    return std::string(bytes.data(), static_cast<std::size_t>(file.gcount()));
}

/// As a text that shows what can't be seen.
std::string visible(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        shown += c == '\r' ? std::string("\\r") : std::string(1, c);
    }
    return program::without_control_characters(shown);
}

bool is_file(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

bool is_elf(std::string_view begin) {
    return begin.starts_with("\x7f"
                             "ELF");
}

#if defined(__x86_64__)
constexpr unsigned char own_machine = 62;
#elif defined(__aarch64__)
constexpr unsigned char own_machine = 183;
#else
constexpr unsigned char own_machine = 0;
#endif

bool is_for_another_machine(std::string_view begin) {
    constexpr std::size_t machine_at = 18;
    return own_machine != 0 && is_elf(begin) && begin.size() > machine_at &&
           static_cast<unsigned char>(begin[machine_at]) != own_machine;
}

std::optional<std::string> interpreter_problem(const std::string& path, std::string_view begin) {
    auto line = begin.substr(2, begin.find('\n') - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string interpreter(line.substr(0, line.find_first_of(" \t")));
    if (interpreter.empty()) {
        return "the first line of '" + path + "' names no interpreter after '#!'";
    }
    if (!is_file(interpreter)) {
        auto problem = "its interpreter '" + visible(interpreter) +
                       "' is missing, as the first line of '" + path + "' names it";
        if (interpreter.back() == '\r') {
            problem += "; the script has Windows line ends: convert it, for instance with dos2unix";
        }
        return problem;
    }
    if (::access(interpreter.c_str(), X_OK) != 0) {
        return "its interpreter '" + visible(interpreter) + "' may not be executed";
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> find_program(const std::string& name) {
    if (name.find('/') != name.npos) {
        struct stat facts {};
        return ::stat(name.c_str(), &facts) == 0 ? std::optional<std::string>(name) : std::nullopt;
    }
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/bin:/usr/bin";
    std::optional<std::string> not_executable;
    while (true) {
        const auto colon = rest.find(':');
        const auto folder = rest.substr(0, colon);
        std::string candidate =
            (folder.empty() ? std::string(".") : std::string(folder)) + "/" + name;
        if (is_file(candidate)) {
            if (::access(candidate.c_str(), X_OK) == 0) {
                return candidate;
            }
            not_executable = not_executable ? not_executable : candidate;
        }
        if (colon == rest.npos) {
            return not_executable;
        }
        rest.remove_prefix(colon + 1);
    }
}

std::optional<std::string> launch_problem(const std::string& name) {
    const auto found = find_program(name);
    if (!found) {
        return "there is no program to run at '" + name + "'" +
               (name.find('/') == name.npos ? ", along PATH" : "");
    }
    struct stat facts {};
    if (::stat(found->c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
        return "'" + *found + "' is " + (S_ISDIR(facts.st_mode) ? "a folder" : "no regular file") +
               ", not a program";
    }
    if (::access(found->c_str(), X_OK) != 0) {
        return "'" + *found + "' may not be executed; chmod +x it";
    }
    const auto begin = beginning_of(*found);
    if (!begin) {
        // A program may be executable without being readable.
        return std::nullopt;
    }
    if (begin->empty()) {
        return "'" + *found + "' is empty";
    }
    if (begin->starts_with("#!")) {
        return interpreter_problem(*found, *begin);
    }
    if (is_for_another_machine(*begin)) {
        return "'" + *found + "' was built for another kind of processor";
    }
    if (!is_elf(*begin) && !is_plain_script(*found)) {
        return "'" + *found + "' is neither a program of this system nor a script";
    }
    return std::nullopt;
}

bool is_plain_script(const std::string& path) {
    const auto begin = beginning_of(path);
    return begin && !begin->empty() && !begin->starts_with("#!") && !is_elf(*begin) &&
           begin->find('\0') == std::string::npos;
}

} // namespace roomport::server
