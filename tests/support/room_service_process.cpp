#include "support/room_service_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace roomport::test {
namespace {

std::filesystem::path make_folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "roomport-service-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), pattern);
    }
    return pattern;
}

std::string read_line(int descriptor) {
    std::string line;
    char c = 0;
    while (::read(descriptor, &c, 1) == 1 && c != '\n') {
        line += c;
    }
    return line;
}

} // namespace

room_service_process::room_service_process(const std::vector<std::string>& options)
    : folder_(make_folder()) {
    spawn(options);
    if (url_.empty()) {
        throw std::runtime_error("the room service did not start");
    }
}

void room_service_process::spawn(const std::vector<std::string>& options) {
    std::vector<std::string> words{ROOMPORT_PROGRAM, "serve",       "--listen",
                                   "127.0.0.1:0",    "--state-dir", folder_.string()};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);

    int output[2] = {};
    if (::pipe2(output, O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    const int failure =
        ::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(output[1]);
    if (failure == 0) {
        url_ = read_line(output[0]);
    }
    ::close(output[0]);
}

room_service_process::~room_service_process() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        int status = 0;
        ::waitpid(process_, &status, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

} // namespace roomport::test
