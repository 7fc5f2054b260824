#pragma once

#include "wait/limits/poll_budget.hpp"

#include <roomport/clock.hpp>

#include <cstddef>

namespace roomport::wait_detail {

/// Whether a look may begin now, and when one may: places under way, places for held answers, and the budget.
class look_gate {
public:
    /// @param places      looks under way at any time; zero is taken as 1.
    /// @param held_places held looks among them; more than `places` is taken as `places`.
    /// @param max_rate    looks a second that the server allows; zero: unknown.
    look_gate(std::size_t places, std::size_t held_places, double max_rate);

    /// Whether an ordinary look may begin.
    bool open(time_point now) const noexcept { return has_place() && budget_.open(now); }

    /// Whether a held look may begin, with `keys` keys waited for.
    ///
    /// Held looks leave a place for ordinary ones; where there is only one place, it is held only for a key
    /// that is alone.
    bool open_for_hold(time_point now, std::size_t keys) const noexcept;

    /// Whether there is a place, so that only the budget keeps a look from beginning.
    bool has_place() const noexcept { return in_flight_ < places_; }

    /// Whether held looks take all places, so that an ordinary one can't begin before one of them gives way.
    bool all_held() const noexcept { return held_ == places_; }

    /// Whether looks a second are limited, so that each should tell as much as possible.
    bool is_rate_limited() const noexcept;

    /// When the budget allows the look after one that begins now.
    time_point opens_after_next(time_point now) const noexcept;

    /// Held looks that may be under way at any time.
    std::size_t held_places() const noexcept { return held_places_; }

    const poll_budget& budget() const noexcept { return budget_; }

    /// Lets no look begin before `floor`; a nearer floor than the present one changes nothing.
    void raise_floor(time_point floor) noexcept { budget_.raise_floor(floor); }

    void begin(bool held, time_point now) noexcept;
    void end(bool held, look_outcome how, time_point begun, time_point now) noexcept;

    std::size_t in_flight() const noexcept { return in_flight_; }
    std::size_t held() const noexcept { return held_; }

private:
    std::size_t places_;
    std::size_t held_places_;
    std::size_t in_flight_ = 0;
    std::size_t held_ = 0;
    poll_budget budget_;
};

} // namespace roomport::wait_detail
