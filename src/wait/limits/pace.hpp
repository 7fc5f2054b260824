#pragma once

#include <roomport/clock.hpp>

namespace roomport::wait_detail {

/// A token bucket in the form of the generic cell rate algorithm (ITU-T I.371): one point in time says all. Over any
/// time t no more than rate · (t + 20 ms) + 1 events fit, exactly. Times must never go back.
class pace {
public:
    pace() = default;

    /// Changes the rate; what was spent beyond it stays spent.
    /// @param rate events a second, more than zero; infinity: any number.
    void change(double rate, time_point now) noexcept;

    /// When the next event may come.
    time_point opens_at() const noexcept;

    /// An event comes. @pre not before @ref opens_at.
    void spend(time_point now) noexcept;

    /// Takes away what was saved up: the next event may come one distance after `from`, or later.
    void drain(time_point from) noexcept;

private:
    double rate_ = 0;
    duration distance_{};
    /// When all that was spent is earned again.
    time_point paid_by_ = time_point::min();
};

} // namespace roomport::wait_detail
