#include "wait/limits/rate_limiter.hpp"

#include <algorithm>
#include <utility>

namespace roomport::wait_detail {

rate_limiter::rate_limiter(double max_rate) noexcept : throttle_(max_rate) {
    pace_.change(rate(), time_point());
}

time_point rate_limiter::opens_at(time_point now) const noexcept {
    return std::max({now, floor_, pace_.opens_at()});
}

void rate_limiter::spend(time_point now) noexcept {
    settle(now);
    pace_.spend(now);
    throttle_.began(now);
    outage_.began(now);
}

void rate_limiter::ended(poll_outcome how, time_point begun, time_point now) noexcept {
    bool is_cut = false;
    const time_point announced = std::exchange(announced_, time_point::min());
    switch (how) {
    case poll_outcome::answered:
        throttle_.taken(now);
        outage_.answered(begun, now);
        break;
    case poll_outcome::throttled:
        is_cut = throttle_.refused(begun, now, announced);
        outage_.answered(begun, now);
        break;
    case poll_outcome::unavailable:
        is_cut = outage_.failed(begun, now, announced);
        break;
    case poll_outcome::unknown:
        break;
    }
    settle(now);
    if (is_cut) {
        pace_.drain(now);
    }
}

void rate_limiter::raise_floor(time_point floor) noexcept {
    floor_ = std::max(floor_, floor);
    announced_ = std::max(announced_, floor);
}

double rate_limiter::rate() const noexcept {
    return std::min(throttle_.rate(), outage_.rate());
}

void rate_limiter::settle(time_point now) noexcept {
    throttle_.settle(now);
    outage_.settle(now);
    pace_.change(rate(), now);
}

} // namespace roomport::wait_detail
