#include "poller/standard_streams.hpp"

#include "poller/line_splitter.hpp"

#include <roomport/clock.hpp>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <new>
#include <system_error>
#include <utility>

namespace roomport::poller {
namespace {

constexpr std::size_t most_pending = std::size_t{16} << 20U;
constexpr std::size_t longest_input_line = 256;

} // namespace

standard_streams::standard_streams() : wake_descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_descriptor_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    outputs_.at(0).descriptor = STDOUT_FILENO;
    outputs_.at(1).descriptor = STDERR_FILENO;
    // Signals are for the thread that runs the daemon.
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    try {
        thread_ = std::thread([this] { run(); });
    } catch (...) {
        ::close(wake_descriptor_);
        throw;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

standard_streams::~standard_streams() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_descriptor_);
}

void standard_streams::write_line(target where, std::string_view line) {
    const std::lock_guard lock(mutex_);
    auto& to = stream(where);
    if (to.broken || to.pending.size() - to.written + line.size() >= most_pending) {
        ++to.dropped;
        return;
    }
    if (to.pending.empty()) {
        wake();
    }
    const auto before = to.pending.size();
    try {
        to.pending += line;
        to.pending += '\n';
    } catch (const std::bad_alloc&) {
        to.pending.resize(before);
        ++to.dropped;
    }
}

void standard_streams::drop_line(target where) {
    const std::lock_guard lock(mutex_);
    ++stream(where).dropped;
}

void standard_streams::read_input(input_handler handler) {
    const std::lock_guard lock(mutex_);
    on_input_ = std::move(handler);
    wants_input_ = true;
    wake();
}

void standard_streams::resume_input() {
    const std::lock_guard lock(mutex_);
    wants_input_ = static_cast<bool>(on_input_);
    wake();
}

std::uint64_t standard_streams::dropped(target where) const {
    const std::lock_guard lock(mutex_);
    return outputs_.at(where == target::output ? 0 : 1).dropped;
}

standard_streams::output_stream& standard_streams::stream(target where) {
    return outputs_.at(where == target::output ? 0 : 1);
}

void standard_streams::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_descriptor_, &one, sizeof one);
}

void standard_streams::run() {
    line_splitter splitter(longest_input_line);
    time_point last_moment = time_point::max();
    while (true) {
        std::array<pollfd, 4> waits{pollfd{wake_descriptor_, POLLIN, 0}, pollfd{-1, POLLOUT, 0},
                                    pollfd{-1, POLLOUT, 0}, pollfd{-1, POLLIN, 0}};
        {
            const std::lock_guard lock(mutex_);
            bool has_pending = false;
            for (std::size_t i = 0; i < outputs_.size(); ++i) {
                const bool wanted = !outputs_.at(i).broken && !outputs_.at(i).pending.empty();
                waits.at(i + 1).fd = wanted ? outputs_.at(i).descriptor : -1;
                has_pending = has_pending || wanted;
            }
            waits[3].fd = wants_input_ && !ending_ && !has_unread_ ? STDIN_FILENO : -1;
            if (ending_ && last_moment == time_point::max()) {
                last_moment = clock::now() + std::chrono::seconds(1);
            }
            if (ending_ && (!has_pending || clock::now() >= last_moment)) {
                return;
            }
        }
        const bool is_last = last_moment != time_point::max();
        if (::poll(waits.data(), waits.size(), is_last || has_unread_ ? 50 : -1) < 0) {
            continue;
        }
        if (waits[0].revents != 0) {
            std::uint64_t ignored = 0;
            [[maybe_unused]] const auto taken = ::read(wake_descriptor_, &ignored, sizeof ignored);
        }
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            if (waits.at(i + 1).revents != 0) {
                write_some(outputs_.at(i));
            }
        }
        if (waits[3].revents != 0 || has_unread_) {
            read_some(splitter);
        }
    }
}

void standard_streams::write_some(output_stream& stream) {
    const std::lock_guard lock(mutex_);
    // This much never blocks once poll() has said that something can be written.
    const auto rest = std::string_view(stream.pending).substr(stream.written);
    const auto written =
        ::write(stream.descriptor, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written >= 0) {
        stream.written += static_cast<std::size_t>(written);
        // Not each time: what is left has to be moved.
        if (stream.written == stream.pending.size() || stream.written >= most_pending / 4) {
            stream.pending.erase(0, std::exchange(stream.written, 0));
        }
    } else if (errno != EINTR && errno != EAGAIN) {
        stream.broken = true;
        stream.dropped += static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n'));
        stream.pending = std::string();
        stream.written = 0;
    }
}

void standard_streams::read_some(line_splitter& splitter) {
    if (!has_unread_) {
        const auto size = ::read(STDIN_FILENO, unread_.data(), unread_.size());
        if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
            return;
        }
        unread_size_ = size < 0 ? 0 : static_cast<std::size_t>(size);
        has_unread_ = true;
    }
    try {
        hand_on(splitter);
        has_unread_ = false;
    } catch (const std::bad_alloc&) {
        // They are kept, and handed on a little later.
    }
}

void standard_streams::hand_on(line_splitter& splitter) {
    const bool has_ended = unread_size_ == 0;
    auto after = splitter;
    auto lines =
        has_ended ? after.end() : after.put(std::string_view(unread_.data(), unread_size_));
    input_handler handler;
    {
        const std::lock_guard lock(mutex_);
        handler = on_input_;
        wants_input_ = lines.empty() && !has_ended;
    }
    if (!lines.empty()) {
        handler(std::move(lines));
    }
    splitter = std::move(after);
    if (has_ended) {
        handler({});
        const std::lock_guard lock(mutex_);
        on_input_ = nullptr;
        wants_input_ = false;
    }
}

} // namespace roomport::poller
