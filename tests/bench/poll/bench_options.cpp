#include "bench_options.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace roomport::bench {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

rusage used() {
    rusage result{};
    ::getrusage(RUSAGE_SELF, &result);
    return result;
}

} // namespace

bench_options read_options(int count, char** words) {
    bench_options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const std::string value(equals == std::string_view::npos ? std::string_view()
                                                                 : word.substr(equals + 1));
        if (name == "ca") {
            options.ca_file = value;
            continue;
        }
        const auto number = std::stoul(value);
        if (name == "port") {
            options.port = static_cast<std::uint16_t>(number);
        } else if (name == "connections") {
            options.connections = number;
        } else if (name == "time") {
            options.time = std::chrono::milliseconds(number);
        } else if (name == "warm-up") {
            options.warm_up = std::chrono::milliseconds(number);
        } else if (name == "rate") {
            options.rate = number;
        } else if (name == "tick") {
            options.tick = std::chrono::milliseconds(number);
        } else {
            throw std::invalid_argument("unknown option: " + std::string(word));
        }
    }
    return options;
}

std::string room_id(std::size_t room) {
    const auto digits = std::to_string(room);
    return "bench" + std::string(8 - digits.size(), '0') + digits;
}

std::string path_of(std::size_t room) {
    return "/rooms/v2/app-1/connectioninfo/" + room_id(room);
}

void measurement::begin(std::uint64_t polls) {
    const auto now = used();
    polls_ = polls;
    user_ = seconds(now.ru_utime);
    system_ = seconds(now.ru_stime);
    began_ = std::chrono::steady_clock::now();
}

void measurement::end(std::uint64_t polls) const {
    const auto now = used();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    std::printf("polls=%llu seconds=%.3f user=%.6f system=%.6f\n",
                static_cast<unsigned long long>(polls - polls_), took.count(),
                seconds(now.ru_utime) - user_, seconds(now.ru_stime) - system_);
    std::fflush(stdout);
}

} // namespace roomport::bench
