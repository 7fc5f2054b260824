#include "wait/round_trip_estimate.hpp"

#include <algorithm>

namespace roomport::wait_detail {
namespace {

constexpr duration lead_before_any_sample = std::chrono::milliseconds(250);
constexpr duration least_margin = std::chrono::milliseconds(10);

// Few samples tell little about how much answers differ.
constexpr unsigned few_samples = 8;
constexpr duration least_margin_of_few = std::chrono::milliseconds(50);

constexpr duration longest_lead = std::chrono::seconds(10);

} // namespace

void round_trip_estimate::add(duration sample) noexcept {
    samples_ = std::min(samples_ + 1, few_samples);
    if (samples_ == 1) {
        mean_ = sample;
        deviation_ = sample / 2;
        return;
    }
    const duration miss = sample > mean_ ? sample - mean_ : mean_ - sample;
    deviation_ += (miss - deviation_) / 4;
    mean_ += (sample - mean_) / 8;
}

duration round_trip_estimate::lead() const noexcept {
    if (samples_ == 0) {
        return lead_before_any_sample;
    }
    const duration least = samples_ < few_samples ? least_margin_of_few : least_margin;
    return std::min(longest_lead, mean_ + std::max(4 * deviation_, least));
}

} // namespace roomport::wait_detail
