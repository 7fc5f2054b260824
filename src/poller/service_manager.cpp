#include "poller/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace roomport::poller {
namespace {

// A manager that can't be reached is no reason to fail.
void notify(const std::string& state) {
    static_cast<void>(::sd_notify(0, state.c_str()));
}

} // namespace

service_manager::service_manager() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) > 0) {
        // Half the time that systemd allows, as its manual advises.
        interval_ = std::chrono::duration_cast<duration>(
            std::chrono::microseconds(static_cast<std::int64_t>(microseconds / 2)));
    }
}

void service_manager::ready(const std::string& status) const {
    notify("READY=1\nSTATUS=" + status);
}

void service_manager::reloading() const {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds =
        static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void service_manager::stopping() const {
    notify("STOPPING=1\nSTATUS=stopping");
}

void service_manager::alive() const {
    notify("WATCHDOG=1");
}

} // namespace roomport::poller
