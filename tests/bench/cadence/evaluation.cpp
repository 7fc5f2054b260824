#include "evaluation.hpp"

#include "wait/cadence/poll_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace cadence_bench {

outcome mean(const outcome& sum, double count) {
    return {sum.polls / count, sum.delay / count};
}

optimum::optimum(const true_law& law, double least, double most, int steps) : law_(law) {
    for (int step = 0; step <= steps; ++step) {
        sweep_.push_back(best(least * std::pow(most / least, static_cast<double>(step) / steps)));
    }
}

outcome optimum::best(const true_law& law, double poll_cost) {
    const std::size_t nodes = law.times().size();
    std::vector<std::uint32_t> hull(nodes);
    std::vector<std::uint32_t> next(nodes);
    std::vector<double> value(nodes);
    roomport::wait_detail::plan_schedule<std::uint32_t>(law.times(), law.law(), law.integral(),
                                                        poll_cost, hull, value, next);
    outcome sum;
    for (std::size_t node = 0; node + 1 < nodes; node = next[node]) {
        sum.polls += law.survival(law.times()[node]);
        sum.delay += law.delay(law.times()[node], law.times()[next[node]]);
    }
    return sum;
}

double optimum::delay(double polls) const {
    const auto fewer = std::find_if(sweep_.begin(), sweep_.end(),
                                    [&](const outcome& one) { return one.polls <= polls; });
    if (fewer == sweep_.begin() || fewer == sweep_.end()) {
        return std::nan("");
    }
    const outcome& more = *(fewer - 1);
    const double part = (polls - fewer->polls) / (more.polls - fewer->polls);
    return fewer->delay + part * (more.delay - fewer->delay);
}

} // namespace cadence_bench
