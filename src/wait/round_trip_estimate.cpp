#include "wait/round_trip_estimate.hpp"

#include <algorithm>

namespace roomport::wait_detail {
namespace {

constexpr duration lead_before_any_sample = std::chrono::milliseconds(250);
constexpr duration least_margin = std::chrono::milliseconds(10);
constexpr duration longest_lead = std::chrono::seconds(10);

} // namespace

void round_trip_estimate::add(duration sample) noexcept {
    if (empty_) {
        empty_ = false;
        mean_ = sample;
        deviation_ = sample / 2;
        return;
    }
    const duration miss = sample > mean_ ? sample - mean_ : mean_ - sample;
    deviation_ += (miss - deviation_) / 4;
    mean_ += (sample - mean_) / 8;
}

duration round_trip_estimate::lead() const noexcept {
    if (empty_) {
        return lead_before_any_sample;
    }
    return std::min(longest_lead, mean_ + std::max(4 * deviation_, least_margin));
}

} // namespace roomport::wait_detail
