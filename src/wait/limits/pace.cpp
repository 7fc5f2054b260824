#include "wait/limits/pace.hpp"

#include "common/time_arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace roomport::wait_detail {
namespace {

// A timer that is late, or a tick, must not cost what could have been sent meanwhile.
constexpr duration slack = std::chrono::milliseconds(20);

constexpr double fastest_rate = 1e8;
constexpr double slowest_rate = 1e-6;

duration distance_at(double rate) {
    if (rate > fastest_rate) {
        return duration::zero();
    }
    const double nanoseconds = std::ceil(1e9 / std::max(rate, slowest_rate));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

} // namespace

void pace::change(double rate, time_point now) noexcept {
    if (rate == rate_) {
        return;
    }
    rate_ = rate;
    const duration wanted = distance_at(rate);
    if (paid_by_ > now && distance_ > duration::zero()) {
        const double debt = static_cast<double>((paid_by_ - now).count()) *
                            static_cast<double>(wanted.count()) /
                            static_cast<double>(distance_.count());
        paid_by_ = now + duration(static_cast<duration::rep>(std::ceil(debt)));
    }
    distance_ = wanted;
}

time_point pace::opens_at() const noexcept {
    if (distance_ == duration::zero() || paid_by_ == time_point::min()) {
        return time_point::min();
    }
    return paid_by_ - slack;
}

void pace::spend(time_point now) noexcept {
    paid_by_ = later(std::max(paid_by_, now), distance_);
}

void pace::drain(time_point from) noexcept {
    paid_by_ = std::max(paid_by_, later(later(from, distance_), slack));
}

} // namespace roomport::wait_detail
