#include "true_law.hpp"

#include "density.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace cadence_bench {
namespace {

constexpr double resolution = 0.002;

} // namespace

true_law::true_law(std::string name, const std::function<double(double)>& density, double end)
    : name_(std::move(name)), step_(resolution) {
    const auto cells = static_cast<std::size_t>(std::ceil(end / step_));
    std::vector<double> mass(cells);
    double whole = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        mass[cell] = density((static_cast<double>(cell) + 0.5) * step_);
        whole += mass[cell];
    }
    survival_.resize(cells + 1);
    for (std::size_t cell = cells; cell-- > 0;) {
        survival_[cell] = survival_[cell + 1] + mass[cell] / whole;
    }
    times_.resize(cells + 1);
    law_.resize(cells + 1);
    integral_.resize(cells + 1);
    for (std::size_t node = 0; node <= cells; ++node) {
        times_[node] = static_cast<double>(node) * step_;
        law_[node] = std::max(0.0, 1 - survival_[node]);
        integral_[node] =
            node == 0 ? 0 : integral_[node - 1] + (law_[node - 1] + law_[node]) / 2 * step_;
    }
}

true_law true_law::scaled(double factor) const {
    true_law result = *this;
    result.step_ *= factor;
    for (double& time : result.times_) {
        time *= factor;
    }
    for (double& one : result.integral_) {
        one *= factor;
    }
    return result;
}

true_law::place true_law::locate(double time) const {
    const double at = time / step_;
    const auto cell = std::min(static_cast<std::size_t>(at), times_.size() - 2);
    return {cell, at - static_cast<double>(cell)};
}

double true_law::survival(double time) const {
    if (time >= times_.back()) {
        return 0;
    }
    const auto [cell, part] = locate(time);
    return survival_[cell] + part * (survival_[cell + 1] - survival_[cell]);
}

double true_law::integral_at(double time) const {
    if (time >= times_.back()) {
        return integral_.back() + time - times_.back();
    }
    const auto [cell, part] = locate(time);
    const double law = law_[cell] + part * (law_[cell + 1] - law_[cell]);
    return integral_[cell] + part * step_ * (law_[cell] + law) / 2;
}

double true_law::delay(double from, double to) const {
    return integral_at(to) - integral_at(from) - (1 - survival(from)) * (to - from);
}

double true_law::quantile(double chance) const {
    const auto above = std::lower_bound(law_.begin() + 1, law_.end() - 1, chance);
    const auto cell = static_cast<std::size_t>(above - law_.begin()) - 1;
    const double rise = law_[cell + 1] - law_[cell];
    const double part = rise > 0 ? std::clamp((chance - law_[cell]) / rise, 0.0, 1.0) : 1;
    return times_[cell] + part * step_;
}

true_law law_of_times(const std::vector<double>& times) {
    constexpr double spread = 0.05;
    constexpr double longest = 3600;
    double end = 0;
    for (const double time : times) {
        if (!(time > 0 && time <= longest)) {
            throw std::invalid_argument("a start time must be more than zero and at most an hour");
        }
        end = std::max(end, time * (1 + 4 * spread));
    }
    const auto density = [&](double at) {
        double sum = 0;
        for (const double time : times) {
            sum += std::abs(at - time) < 4 * spread * time ? normal(at, time, spread * time) : 0;
        }
        return sum;
    };
    return true_law("your times", density, end);
}

std::vector<true_law> all_laws() {
    std::vector<true_law> laws;
    laws.emplace_back(
        "tight", [](double time) { return time < 0.3 ? 0 : normal(time, 5, 0.4); }, 10);
    laws.emplace_back(
        "wide", [](double time) { return lognormal(time, 6, 0.6); }, 140);
    laws.emplace_back(
        "bimodal",
        [](double time) { return 0.7 * normal(time, 0.4, 0.1) + 0.3 * normal(time, 12, 2); }, 30);
    laws.emplace_back(
        "heavy",
        [](double time) { return 0.7 * gamma(time, 4, 1.5) + 0.3 * pareto(time, 1.5, 6, 90); }, 90);
    laws.emplace_back(
        "quick", [](double time) { return lognormal(time, 0.8, 0.35); }, 10);
    laws.emplace_back(
        "stages",
        [](double time) {
            return 0.4 * gamma(time, 2, 0.5) + 0.35 * normal(time, 9, 1.2) +
                   0.25 * gamma(time, 30, 5);
        },
        120);
    return laws;
}

} // namespace cadence_bench
