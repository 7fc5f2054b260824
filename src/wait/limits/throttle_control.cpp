#include "wait/limits/throttle_control.hpp"

#include <algorithm>
#include <limits>

namespace roomport::wait_detail {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

constexpr double share_kept = 0.8;
constexpr double least_rate = 0.2;
// A first refusal of a few polls says little about the rate at which they came.
constexpr double least_first_rate = 1;

// From here on a limit is of no consequence.
constexpr double forgotten_rate = 1e6;

// How long the rate takes back to where it was refused.
constexpr duration recovery_time = std::chrono::seconds(15);

constexpr std::uint64_t answers_that_tell = 10;

double seconds(duration length) {
    return std::chrono::duration<double>(length).count();
}

} // namespace

throttle_control::throttle_control(double most) noexcept
    : most_(most > 0 ? most : unlimited), rate_(most_), sent_(std::chrono::milliseconds(100)),
      taken_(std::chrono::milliseconds(100)), taken_long_(std::chrono::seconds(1)) {}

void throttle_control::began(time_point now) noexcept {
    sent_.add(now);
    if (watched_from_ == time_point::max()) {
        watched_from_ = now;
    }
}

void throttle_control::taken(time_point now) noexcept {
    taken_.add(now);
    taken_long_.add(now);
}

bool throttle_control::refused(time_point begun, time_point now, time_point floor) noexcept {
    if (is_cut_ && begun < watched_from_) {
        return false;
    }
    const double least = is_cut_ ? least_rate : least_first_rate / share_kept;
    refused_rate_ = std::max(borne_rate(now), least);
    rate_ = std::min(most_, std::max(refused_rate_ * share_kept, least_rate));
    is_cut_ = true;
    watched_from_ = now;
    rises_from_ = std::max(now, floor);
    taken_.clear();
    taken_long_.clear();
    return true;
}

double throttle_control::borne_rate(time_point now) noexcept {
    const double sent = std::min(rate_, sent_.rate(now));
    auto& window = taken_.count(now) >= answers_that_tell ? taken_ : taken_long_;
    duration watched = std::min(window.span(now), now - std::min(now, watched_from_));
    if (!is_cut_) {
        // The first polls meet what the server had saved up.
        watched = std::max<duration>(watched, std::chrono::seconds(1));
    } else if (rate_ * seconds(watched) < static_cast<double>(answers_that_tell)) {
        return rate_;
    }
    const double taken = static_cast<double>(window.count(now)) / seconds(watched);
    return std::min(rate_, std::max(taken, sent / 2));
}

void throttle_control::settle(time_point now) noexcept {
    if (!is_cut_ || now <= rises_from_) {
        return;
    }
    const double past = seconds(now - rises_from_) / seconds(recovery_time) - 1;
    const double risen = refused_rate_ * (1 + (1 - share_kept) * past * past * past);
    rate_ = std::min(most_, std::max(risen, least_rate));
    if (risen > forgotten_rate) {
        rate_ = most_;
        is_cut_ = false;
    }
}

} // namespace roomport::wait_detail
