#pragma once

#include <roomport/clock.hpp>

namespace roomport::wait_detail {

/// How long an answer is likely to take, learned from those that came.
///
/// Smoothed mean and deviation as TCP keeps them (RFC 6298), shared by all keys of an engine.
class round_trip_estimate {
public:
    round_trip_estimate() = default;

    /// Learns from a poll that was answered.
    void add(duration sample) noexcept;

    /// How long before a deadline a poll must begin so that its answer is likely to come in time.
    duration lead() const noexcept;

    /// How long an answer takes on the average; zero before one was seen.
    duration mean() const noexcept { return mean_; }

private:
    unsigned samples_ = 0;
    duration mean_{};
    duration deviation_{};
};

} // namespace roomport::wait_detail
