#pragma once

#include "true_law.hpp"

#include <vector>

namespace cadence_bench {

/// What a schedule costs: expected polls, and the expected delay from readiness to the poll that sees it, in seconds.
struct outcome {
    double polls = 0;
    double delay = 0;

    double cost(double poll_cost) const { return delay + poll_cost * polls; }
};

/// The mean over `count` outcomes that were added up in `sum`.
outcome mean(const outcome& sum, double count);

/// Exactly what polls at these ages cost; `next` gives the age of the poll after the one at `age`, which is negative for
/// the first.
template <class Next>
outcome evaluate(const true_law& law, Next next) {
    constexpr double negligible = 1e-12;
    outcome sum;
    double last = 0;
    double age = -1;
    for (double alive = 1; alive > negligible; alive = law.survival(last)) {
        age = next(age);
        sum.polls += alive;
        sum.delay += law.delay(last, age);
        last = age;
    }
    return sum;
}

/// The least cost, and the least delay for each number of polls, that any schedule can reach on one law.
class optimum {
public:
    /// @param least, most the costs of a poll between which `steps` best schedules are compared.
    explicit optimum(const true_law& law, double least = 0.0005, double most = 20, int steps = 160);

    /// The best schedule when a poll costs so many seconds.
    outcome best(double poll_cost) const { return best(law_, poll_cost); }
    static outcome best(const true_law& law, double poll_cost);

    /// The least delay with so many expected polls, on the hull of the best schedules.
    double delay(double polls) const;

    /// Best schedules for rising costs of a poll.
    const std::vector<outcome>& sweep() const { return sweep_; }

private:
    const true_law& law_;
    std::vector<outcome> sweep_;
};

} // namespace cadence_bench
