#pragma once

#include "wait/limits/rate_limiter.hpp"

#include <roomport/clock.hpp>

#include <cstddef>

namespace roomport::wait_detail {

/// Whether a poll may begin now, and when one may: places under way, places for held answers, and the budget.
class poll_gate {
public:
    /// @param places      polls under way at any time; zero is taken as 1.
    /// @param held_places long polls among them; more than `places` is taken as `places`.
    /// @param max_rate    polls a second that the server allows; zero: unknown.
    poll_gate(std::size_t places, std::size_t held_places, double max_rate);

    /// The observer has room for so many polls at present.
    void offer(std::size_t places) noexcept;

    /// Whether an ordinary poll may begin.
    bool open(time_point now) const noexcept { return has_place() && budget_.open(now); }

    /// Whether a long poll may begin, with `keys` keys waited for.
    ///
    /// Long polls leave a place for ordinary ones; where there is only one place, it is held only for a key
    /// that is alone.
    bool open_for_hold(time_point now, std::size_t keys) const noexcept;

    /// Whether there is a place, so that only the budget keeps a poll from beginning.
    bool has_place() const noexcept { return in_flight_ < places_; }

    /// Whether long polls take all places, so that an ordinary one can't begin before one of them gives way.
    bool all_held() const noexcept { return held_ >= places_; }

    /// Whether polls a second are limited, so that each should tell as much as possible.
    bool is_rate_limited() const noexcept;

    /// When the budget allows the poll after one that begins now.
    time_point opens_after_next(time_point now) const noexcept;

    /// Long polls that may be under way at any time.
    std::size_t held_places() const noexcept { return held_places_; }

    const rate_limiter& budget() const noexcept { return budget_; }

    /// Lets no poll begin before `floor`; a nearer floor than the present one changes nothing.
    void raise_floor(time_point floor) noexcept { budget_.raise_floor(floor); }

    void begin(bool held, time_point now) noexcept;
    void end(bool held, poll_outcome how, time_point begun, time_point now) noexcept;

    std::size_t in_flight() const noexcept { return in_flight_; }
    std::size_t held() const noexcept { return held_; }

private:
    std::size_t all_places_;
    /// At present.
    std::size_t places_;
    std::size_t held_places_;
    std::size_t in_flight_ = 0;
    std::size_t held_ = 0;
    rate_limiter budget_;
};

} // namespace roomport::wait_detail
