#include "wait/look_gate.hpp"

#include <algorithm>

namespace roomport::wait_detail {

look_gate::look_gate(std::size_t places, std::size_t held_places)
    : places_(std::max<std::size_t>(places, 1)), held_places_(std::min(held_places, places_)) {}

bool look_gate::open_for_hold(time_point now, std::size_t keys) const noexcept {
    std::size_t most = held_places_;
    if (places_ > 1) {
        most = std::min(most, places_ - 1);
    } else if (keys > 1) {
        most = 0;
    }
    return open(now) && held_ < most;
}

void look_gate::raise_floor(time_point floor) noexcept {
    floor_ = std::max(floor_, floor);
}

void look_gate::begin(bool held) noexcept {
    ++in_flight_;
    held_ += held ? 1 : 0;
}

void look_gate::end(bool held) noexcept {
    --in_flight_;
    held_ -= held ? 1 : 0;
}

} // namespace roomport::wait_detail
