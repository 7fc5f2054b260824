#include "wait/limits/circuit_breaker.hpp"

#include <algorithm>

namespace roomport::wait_detail {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

constexpr double share_kept = 0.1;
// Less than one a second, to pay for the polls that found the trouble out.
constexpr double probe_rate = 0.9;
constexpr unsigned failures_that_tell = 3;
constexpr duration worse_that_tells = std::chrono::seconds(1);
constexpr duration floor_that_tells = std::chrono::seconds(1);

constexpr duration step = std::chrono::seconds(1);
constexpr double growth_below = 2;
constexpr double growth_beyond = 1.05;
// A server that hardly had anything to do before still gets its backlog done.
constexpr double least_rate_before = 10;
constexpr double recovered_at = 20;

} // namespace

circuit_breaker::circuit_breaker() noexcept
    : begun_(std::chrono::seconds(1)), good_(std::chrono::milliseconds(200)),
      bad_(std::chrono::milliseconds(200)) {}

void circuit_breaker::answered(time_point begun, time_point now) noexcept {
    good_.add(now);
    compare(now);
    failures_in_a_row_ = 0;
    is_answered_since_step_ = true;
    if (server_ == condition::suspect) {
        become_sound();
    }
    if (server_ == condition::out_of_order && begun >= cut_at_) {
        server_ = condition::recovering;
        next_step_ = now + step;
        good_.clear();
        bad_.clear();
        worse_since_ = time_point::max();
    }
}

bool circuit_breaker::failed(time_point begun, time_point now, time_point floor) noexcept {
    if (server_ == condition::sound) {
        if (worse_since_ == time_point::max()) {
            rate_before_ = begun_.rate(now);
        }
        server_ = condition::suspect;
        rate_ = std::max(rate_before_, least_rate_before);
    }
    bad_.add(now);
    compare(now);
    if (failures_in_a_row_ == 0 || begun >= last_counted_) {
        ++failures_in_a_row_;
        last_counted_ = now;
    }
    if (server_ == condition::out_of_order || !is_out_of_order(now, floor)) {
        return false;
    }
    server_ = condition::out_of_order;
    rate_ = share_kept * rate_before_ + probe_rate;
    cut_at_ = now;
    return true;
}

void circuit_breaker::compare(time_point now) noexcept {
    if (bad_.count(now) <= good_.count(now)) {
        worse_since_ = time_point::max();
    } else {
        worse_since_ = std::min(worse_since_, now);
    }
}

bool circuit_breaker::is_out_of_order(time_point now, time_point floor) noexcept {
    if (failures_in_a_row_ >= failures_that_tell) {
        return true;
    }
    if (floor > now && floor - now >= floor_that_tells) {
        return true;
    }
    return worse_since_ < now && now - worse_since_ >= worse_that_tells &&
           bad_.count(now) >= failures_that_tell;
}

void circuit_breaker::settle(time_point now) noexcept {
    if (server_ != condition::recovering || now < next_step_) {
        return;
    }
    next_step_ = now + step;
    if (!is_answered_since_step_ || worse_since_ != time_point::max()) {
        return;
    }
    is_answered_since_step_ = false;
    const double before = std::max(rate_before_, least_rate_before);
    rate_ = rate_ < before ? std::min(before, rate_ * growth_below) : rate_ * growth_beyond;
    if (rate_ > recovered_at * before) {
        become_sound();
    }
}

void circuit_breaker::become_sound() noexcept {
    server_ = condition::sound;
    rate_ = unlimited;
}

} // namespace roomport::wait_detail
