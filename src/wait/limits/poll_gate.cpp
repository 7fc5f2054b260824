#include "wait/limits/poll_gate.hpp"

#include <algorithm>
#include <cmath>

namespace roomport::wait_detail {
namespace {

/// What is not a rate says nothing about one.
double sensible_rate(double given) noexcept {
    return std::isfinite(given) && given > 0 ? given : 0;
}

} // namespace

poll_gate::poll_gate(std::size_t places, std::size_t held_places, double max_rate)
    : all_places_(std::max<std::size_t>(places, 1)), places_(all_places_),
      held_places_(std::min(held_places, places_)), budget_(sensible_rate(max_rate)) {}

void poll_gate::offer(std::size_t places) noexcept {
    places_ = std::clamp<std::size_t>(places, 1, all_places_);
}

bool poll_gate::open_for_hold(time_point now, std::size_t keys) const noexcept {
    std::size_t most = held_places_;
    if (places_ > 1) {
        most = std::min(most, places_ - 1);
    } else if (keys > 1) {
        most = 0;
    }
    return open(now) && held_ < most;
}

bool poll_gate::is_rate_limited() const noexcept {
    return std::isfinite(budget_.rate());
}

time_point poll_gate::opens_after_next(time_point now) const noexcept {
    rate_limiter after = budget_;
    after.spend(now);
    return after.opens_at(now);
}

void poll_gate::begin(bool held, time_point now) noexcept {
    ++in_flight_;
    held_ += held ? 1 : 0;
    budget_.spend(now);
}

void poll_gate::end(bool held, poll_outcome how, time_point begun, time_point now) noexcept {
    --in_flight_;
    held_ -= held ? 1 : 0;
    budget_.ended(how, begun, now);
}

} // namespace roomport::wait_detail
