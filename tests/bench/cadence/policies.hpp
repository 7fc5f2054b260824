#pragma once

#include "evaluation.hpp"
#include "true_law.hpp"

#include <cstdint>
#include <memory>
#include <random>

namespace roomport {
class cadence;
}

namespace cadence_bench {

/// Polls at once, then one `interval` apart.
outcome fixed_interval(const true_law& law, double interval);

/// Polls at once, then after 0.25 s, each pause half as long again as the last, 5 s at most.
outcome exponential_backoff(const true_law& law);

/// Polls at once, then by the formula of Smithy's waiters with their defaults: a pause drawn evenly between 2 s and
/// 2 s doubled with each poll, 120 s at most. The mean over many draws.
outcome smithy(const true_law& law);

/// The learned cadence with rooms that are created one after the other, each polled as the policy says.
class learner {
public:
    learner(double poll_cost, std::uint64_t seed);

    /// Lives through `rooms` rooms of `law` and learns from what its own polls saw.
    void live(const true_law& law, int rooms);

    /// What the present plan costs on `law`.
    outcome judged_by(const true_law& law);

private:
    double next(double age);

    std::shared_ptr<roomport::cadence> policy_;
    std::mt19937_64 random_;
};

} // namespace cadence_bench
