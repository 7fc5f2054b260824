#pragma once

#include "wait/limits/event_window.hpp"

#include <roomport/clock.hpp>

namespace roomport::wait_detail {

/// The rate that a server bears, found from its refusals (HTTP 429).
///
/// A refusal cuts the rate to 80 % of what the server took since the last cut, never below 40 % of what was sent nor
/// below one poll in five seconds, the first refusal not below one a second; further refusals of polls that began before
/// the cut say nothing new. From there the rate rises along the cubic of RFC 9438: quickly back, slowly around the rate
/// that was refused, then ever faster, so that refusals stay rare where the limit stays and a limit that was lifted is
/// found out soon.
class throttle_control {
public:
    /// @param most polls a second that are never exceeded; zero: unknown, any rate until the first refusal.
    explicit throttle_control(double most) noexcept;

    /// A poll begins.
    void began(time_point now) noexcept;

    /// The server took a poll.
    void taken(time_point now) noexcept;

    /// The server refused a poll.
    /// @param floor the Retry-After: the rate rises no earlier.
    /// @return whether the rate was cut.
    bool refused(time_point begun, time_point now, time_point floor) noexcept;

    /// Lets the rate rise as far as the time asks for.
    void settle(time_point now) noexcept;

    /// Polls a second; infinity when nothing limits them.
    double rate() const noexcept { return rate_; }

private:
    double borne_rate(time_point now) noexcept;

    double most_;
    double rate_;
    bool is_cut_ = false;
    double refused_rate_ = 0;
    /// The last cut, or the first poll.
    time_point watched_from_ = time_point::max();
    time_point rises_from_ = time_point::min();
    event_window<10> sent_;
    event_window<10> taken_;
    /// As `taken_`, for rates at which a second says little.
    event_window<10> taken_long_;
};

} // namespace roomport::wait_detail
