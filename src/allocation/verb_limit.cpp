#include "allocation/verb_limit.hpp"

#include <algorithm>

namespace roomport::allocation {

void verb_limit::begin(time_point now) noexcept {
    ++under_way_;
    // Evenly spaced: whoever counts in seconds of its own, wherever they begin, counts no more than the rate.
    const std::chrono::duration<double> space(1.0 / settings_.rate);
    next_ = std::max(next_, now) + std::chrono::ceil<duration>(space);
}

} // namespace roomport::allocation
