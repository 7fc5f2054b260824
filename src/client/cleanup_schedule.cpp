#include "client/cleanup_schedule.hpp"

#include <algorithm>

namespace roomport {
namespace {

// A creation whose answer was lost may still be on its way to the server.
constexpr std::chrono::seconds late_creation{2};
// What the last attempt has for itself.
constexpr std::chrono::seconds last_attempt{1};

} // namespace

bool cleanup_schedule::believes_gone(time_point now) const {
    return !creation_unknown_ || now - began_ >= late_creation;
}

std::optional<time_point> cleanup_schedule::next(time_point now, duration pause, bool is_gone,
                                                 std::optional<time_point> not_before) const {
    time_point at = now + pause;
    // However long the pause: no room may be left that a last attempt would have found.
    const time_point latest = is_gone ? began_ + late_creation : deadline() - last_attempt;
    if (now < latest) {
        at = std::min(at, latest);
    }
    if (not_before) {
        at = std::max(at, *not_before);
    }
    return at < deadline() ? std::optional(at) : std::nullopt;
}

} // namespace roomport
