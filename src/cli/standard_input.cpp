#include "cli/standard_input.hpp"

#include <roomport/error.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace roomport::cli {
namespace {

sigset_t ending_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    // Unless nohup says otherwise.
    struct sigaction hang_up {};
    if (::sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler == SIG_DFL) {
        ::sigaddset(&set, SIGHUP);
    }
    return set;
}

} // namespace

standard_input::standard_input() {
    const auto set = ending_signals();
    signals_ = program::descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
    if (!signals_ || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) {
        throw boost::system::system_error(errno, boost::system::system_category(),
                                          "signals can't be waited for");
    }
}

std::size_t standard_input::read(char* to, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size && wait()) {
        const auto got = ::read(STDIN_FILENO, to + filled, size - filled);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got < 0) {
            throw boost::system::system_error(
                error::invalid_argument,
                "standard input can't be read: " +
                    std::error_code(errno, std::generic_category()).message());
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

/// @return whether there is something to read, the end of the input included; else a signal came.
bool standard_input::wait() {
    std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                  pollfd{signals_.get(), POLLIN, 0}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    signalfd_siginfo came{};
    if (watched[1].revents != 0 && ::read(signals_.get(), &came, sizeof came) == sizeof came) {
        signal_ = static_cast<int>(came.ssi_signo);
    }
    return signal_ == 0;
}

} // namespace roomport::cli
