#pragma once

#include "wait/limits/circuit_breaker.hpp"
#include "wait/limits/pace.hpp"
#include "wait/limits/throttle_control.hpp"

#include <roomport/clock.hpp>

namespace roomport::wait_detail {

/// How the server took a poll, as far as the budget is concerned.
enum class poll_outcome {
    /// Any answer that the server gave willingly.
    answered,
    /// 429: too many requests.
    throttled,
    /// 5xx but 501 and 505, 408, 425, or no answer: nothing to connect to, a timeout, a connection that broke.
    unavailable,
    /// Says nothing about the server: cancelled, cut short by a deadline, a dropped hold.
    unknown,
};

/// How many polls may begin: a token bucket over all keys of one origin and credential, whose rate falls when the
/// server complains or is out of order, and rises again. A poll of many keys is one poll.
///
/// - A known rate is never exceeded over any time, but for a burst of 20 ms' worth or one poll.
/// - 429 cuts the rate to 80 % of what the server took; it rises again along a cubic (@ref throttle_control).
/// - While the server is out of order, polls keep to 10 % of the rate before and nine in ten seconds; afterwards the rate
///   rises in steps (@ref circuit_breaker).
/// - Retry-After is a floor below which no poll begins.
///
/// No I/O, no randomness, no allocation; times must never go back. Not thread-safe.
class rate_limiter {
public:
    /// @param max_rate polls a second that the server allows; zero: unknown, and then only its answers limit.
    explicit rate_limiter(double max_rate) noexcept;

    /// Whether a poll may begin now.
    bool open(time_point now) const noexcept { return opens_at(now) <= now; }

    /// A time, not before `now`, at which a poll may begin if none begins until then. Where the rate is rising it may
    /// turn out a little earlier.
    time_point opens_at(time_point now) const noexcept;

    /// A poll begins. @pre `open(now)`.
    void spend(time_point now) noexcept;

    /// A poll ended. Where its answer carries a Retry-After, @ref raise_floor comes first.
    /// @param begun when it began, as @ref spend was told: complaints about polls of one volley count once.
    void ended(poll_outcome how, time_point begun, time_point now) noexcept;

    /// Lets no poll begin before `floor` (Retry-After); a nearer floor than the present one changes nothing.
    void raise_floor(time_point floor) noexcept;

    time_point floor() const noexcept { return floor_; }

    /// Polls a second that are allowed, as of the last poll that began or ended; infinity when nothing limits them.
    double rate() const noexcept;

private:
    void settle(time_point now) noexcept;

    throttle_control throttle_;
    circuit_breaker outage_;
    pace pace_;
    time_point floor_ = time_point::min();
    /// What @ref raise_floor was told since the last poll ended.
    time_point announced_ = time_point::min();
};

} // namespace roomport::wait_detail
