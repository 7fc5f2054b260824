#pragma once

#include "wait/limits/event_window.hpp"

#include <roomport/clock.hpp>

#include <limits>

namespace roomport::wait_detail {

/// Keeps polls from storming a server that is out of order, and from rushing in when it is back.
///
/// A server is taken to be out of order after three polls in a row that failed, each begun after the failure of the one
/// before was known (so a broken connection with many polls on it counts once) and with no good answer between; when
/// failures outnumbered good answers for a second; or when a failure carries a Retry-After of a second or more. From the
/// first failure to the next good answer the rate does not rise above that of the ten seconds before (or ten a second).
/// Once the server is out of order, polls keep to 10 % of that rate and nine in ten seconds, until one that began since is
/// answered. Then the rate doubles each second up to what it was, and grows by a twentieth each second beyond, as long
/// as answers come and are good, until it limits no more.
class circuit_breaker {
public:
    circuit_breaker() noexcept;

    /// A poll begins.
    void began(time_point now) noexcept { begun_.add(now); }

    /// A poll was answered.
    void answered(time_point begun, time_point now) noexcept;

    /// A poll failed in a way that says that the server is out of order.
    /// @param floor the Retry-After, if there was one.
    /// @return whether the rate was cut.
    bool failed(time_point begun, time_point now, time_point floor) noexcept;

    /// Lets the rate rise as far as time and answers ask for.
    void settle(time_point now) noexcept;

    /// Polls a second; infinity when nothing limits them.
    double rate() const noexcept { return rate_; }

private:
    enum class condition { sound, suspect, out_of_order, recovering };

    void compare(time_point now) noexcept;
    bool is_out_of_order(time_point now, time_point floor) noexcept;
    void become_sound() noexcept;

    condition server_ = condition::sound;
    double rate_ = std::numeric_limits<double>::infinity();
    /// Polls a second before the trouble began.
    double rate_before_ = 0;

    unsigned failures_in_a_row_ = 0;
    time_point last_counted_ = time_point::min();
    /// Since when failures outnumber good answers; far away when they do not.
    time_point worse_since_ = time_point::max();
    time_point cut_at_ = time_point::min();
    time_point next_step_ = time_point::max();
    bool is_answered_since_step_ = false;

    event_window<10> begun_;
    event_window<10> good_;
    event_window<10> bad_;
};

} // namespace roomport::wait_detail
