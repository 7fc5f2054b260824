#pragma once

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>

namespace roomport::allocation {

/// How many requests of one verb may begin: so many a second, so many at once, and none before a floor. No I/O.
class verb_limit {
public:
    class settings {
    public:
        settings() = default;
        /// A second, more than zero; in no second begin more.
        double rate = 10;
        /// Under way at once.
        std::size_t at_once = 8;
    };

    explicit verb_limit(settings with) : settings_(with) {}

    /// Whether a request may begin now.
    bool is_free(time_point now) const noexcept {
        return under_way_ < settings_.at_once && next_ <= now;
    }

    /// When the rate and the floor let one begin, however many are under way.
    time_point next() const noexcept { return next_; }

    /// Whether only the end of another request lets one begin.
    bool is_full() const noexcept { return under_way_ >= settings_.at_once; }

    /// One begins. @pre is_free(now)
    void begin(time_point now) noexcept;
    void end() noexcept { --under_way_; }

    /// None begins before then.
    void raise_floor(time_point to) noexcept { next_ = next_ < to ? to : next_; }

private:
    settings settings_;
    std::size_t under_way_ = 0;
    time_point next_{};
};

} // namespace roomport::allocation
