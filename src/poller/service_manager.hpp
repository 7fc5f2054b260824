#pragma once

#include <roomport/clock.hpp>

#include <optional>
#include <string>

namespace roomport::poller {

/// What systemd is told, over the socket it names in the environment; nothing where there is none.
class service_manager {
public:
    service_manager();

    /// How often `alive` has to be called; nothing when nobody watches.
    std::optional<duration> watchdog_interval() const noexcept { return interval_; }

    /// Everything works. @param status a line for a human.
    void ready(const std::string& status) const;
    void reloading() const;
    void stopping() const;
    void alive() const;

private:
    std::optional<duration> interval_;
};

} // namespace roomport::poller
