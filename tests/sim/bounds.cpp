#include "sim/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace roomport::sim {
namespace {

// The grid on which schedules are optimized: fine at first, then in proportion.
constexpr double finest_step = 0.0002;
constexpr double relative_step = 0.0002;

double step_at(double time) {
    return std::max(finest_step, relative_step * time);
}

struct grid {
    std::vector<double> time;
    std::vector<double> ready;
    /// The integral of `ready`.
    std::vector<double> area;
    /// What rounding up to the grid costs in the mean.
    double rounding = 0;
};

grid make_grid(const start_law& law) {
    grid made;
    double area = 0;
    for (double time = 0; time < law.horizon(); time += step_at(time)) {
        if (!made.time.empty()) {
            const double width = time - made.time.back();
            const double before = made.ready.back();
            area += width * (before + law.ready_by(time)) / 2;
            made.rounding += (law.ready_by(time) - before) * width;
        }
        made.time.push_back(time);
        made.ready.push_back(law.ready_by(time));
        made.area.push_back(area);
    }
    const double width = law.horizon() - made.time.back();
    made.area.push_back(area + width * (made.ready.back() + 1) / 2);
    made.time.push_back(law.horizon());
    made.ready.push_back(1);
    return made;
}

/// The least value of mean delay + price · polls.
///
/// From a poll at x_j the best next one minimizes (A_k + V_k) − F_j x_k: a line of slope F_j under the lower hull of the
/// points (x_k, A_k + V_k).
double price_of_optimum(const grid& on, double price) {
    const std::size_t last = on.time.size() - 1;
    std::vector<std::size_t> hull{last};
    std::vector<double> height(last + 1);
    height[last] = on.area[last];
    double best = 0;
    for (std::size_t from = last; from-- > 0;) {
        const auto value = [&](std::size_t to) {
            return height[to] - on.ready[from] * on.time[to];
        };
        // The hull is kept from right to left; the value falls, then rises along it.
        std::size_t low = 0;
        std::size_t high = hull.size() - 1;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (value(hull[middle]) <= value(hull[middle + 1])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        best = price * (1 - on.ready[from]) + value(hull[low]) - on.area[from] +
               on.ready[from] * on.time[from];
        height[from] = on.area[from] + best;
        while (hull.size() >= 2) {
            const std::size_t near = hull.back();
            const std::size_t far = hull[hull.size() - 2];
            const double bend = (on.time[near] - on.time[from]) * (height[far] - height[from]) -
                                (on.time[far] - on.time[from]) * (height[near] - height[from]);
            if (bend > 0) {
                break;
            }
            hull.pop_back();
        }
        hull.push_back(from);
    }
    return best;
}

/// The mean wait when at most `found(t)` of the rooms can be found by time t.
template <class Found>
double mean_wait(double rooms, Found found) {
    constexpr double width = 0.005;
    double sum = 0;
    for (double time = 0; time < 1e7; time += width) {
        const double left = 1 - found(time) / rooms;
        if (left <= 0) {
            break;
        }
        sum += left * width;
    }
    return sum;
}

} // namespace

double delay_bound(const start_law& law, double polls) {
    const grid on = make_grid(law);
    const auto bound = [&](double logarithm) {
        const double price = std::exp(logarithm);
        return price_of_optimum(on, price) - price * polls;
    };
    // Concave in the price, so with one peak.
    double low = std::log(1e-5);
    double high = std::log(1e3);
    while (high - low > 0.01) {
        const double third = (high - low) / 3;
        if (bound(low + third) < bound(high - third)) {
            low += third;
        } else {
            high -= third;
        }
    }
    return std::max(0.0, bound((low + high) / 2) - on.rounding);
}

double optimal_polls(const start_law& law, double price) {
    const grid on = make_grid(law);
    // The least value grows with the price by as many polls as it pays for.
    const double step = price / 20;
    return (price_of_optimum(on, price + step) - price_of_optimum(on, price - step)) / (2 * step);
}

double burst_bound(const start_law& law, std::size_t rooms, double rate, double batch,
                   double burst) {
    const auto all = static_cast<double>(rooms);
    double found = 0;
    double polls = 0;
    return mean_wait(all, [&](double time) {
        const double ready = law.ready_by(time);
        const double possible = std::floor(rate * time + burst);
        found = std::min(found + (possible - polls) * batch * ready, all * ready);
        polls = possible;
        return found;
    });
}

double informed_burst_bound(const start_law& law, std::size_t rooms, double rate, double batch,
                            double burst) {
    const auto all = static_cast<double>(rooms);
    return mean_wait(all, [&](double time) {
        return std::min(std::floor(rate * time + burst) * batch, all * law.ready_by(time));
    });
}

} // namespace roomport::sim
