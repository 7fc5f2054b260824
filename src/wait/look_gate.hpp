#pragma once

#include <roomport/clock.hpp>

#include <cstddef>

namespace roomport::wait_detail {

/// Whether a look may begin now: places under way, places for held answers, and the server's Retry-After.
class look_gate {
public:
    /// @param places      looks under way at any time; zero is taken as 1.
    /// @param held_places held looks among them; more than `places` is taken as `places`.
    look_gate(std::size_t places, std::size_t held_places);

    /// Whether an ordinary look may begin.
    bool open(time_point now) const noexcept { return has_place() && now >= floor_; }

    /// Whether a held look may begin, with `keys` keys waited for.
    ///
    /// Held looks leave a place for ordinary ones; where there is only one place, it is held only for a key
    /// that is alone.
    bool open_for_hold(time_point now, std::size_t keys) const noexcept;

    /// Whether there is a place, so that only the floor keeps a look from beginning.
    bool has_place() const noexcept { return in_flight_ < places_; }

    /// Whether held looks take all places, so that an ordinary one can't begin before one of them gives way.
    bool all_held() const noexcept { return held_ == places_; }

    /// No look begins before this point.
    time_point floor() const noexcept { return floor_; }

    /// Lets no look begin before `floor`; a nearer floor than the present one changes nothing.
    void raise_floor(time_point floor) noexcept;

    void begin(bool held) noexcept;
    void end(bool held) noexcept;

    std::size_t in_flight() const noexcept { return in_flight_; }
    std::size_t held() const noexcept { return held_; }

private:
    std::size_t places_;
    std::size_t held_places_;
    std::size_t in_flight_ = 0;
    std::size_t held_ = 0;
    time_point floor_ = time_point::min();
};

} // namespace roomport::wait_detail
