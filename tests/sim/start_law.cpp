#include "sim/start_law.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace roomport::sim {
namespace {

constexpr double longest = 130;
constexpr std::size_t table_size = 26'000;

double normal(double at, double mean, double deviation) {
    return std::erfc((mean - at) / (deviation * std::sqrt(2.0))) / 2;
}

/// A normal distribution without what lies below `least`.
double cut_normal(double at, double mean, double deviation, double least) {
    const double below = normal(least, mean, deviation);
    return std::max(0.0, (normal(at, mean, deviation) - below) / (1 - below));
}

double lognormal(double at, double median, double sigma) {
    return at <= 0 ? 0 : normal(std::log(at / median), 0, sigma);
}

/// The regularized incomplete gamma function by its series.
double gamma(double at, double mean, double deviation) {
    const double shape = mean * mean / (deviation * deviation);
    const double x = at * mean / (deviation * deviation);
    if (x <= 0) {
        return 0;
    }
    double term = std::exp(shape * std::log(x) - x - std::lgamma(shape + 1));
    double sum = term;
    for (double divisor = shape + 1; term > sum * 1e-14; divisor += 1) {
        term *= x / divisor;
        sum += term;
    }
    return std::min(1.0, sum);
}

double cut_pareto(double at, double alpha, double least, double most) {
    const auto beyond = [alpha, least](double x) {
        return std::pow(least / x, alpha);
    };
    return at <= least ? 0 : std::min(1.0, (1 - beyond(at)) / (1 - beyond(most)));
}

double stairs(double at) {
    double sum = 0;
    for (int second = 1; second <= 10; ++second) {
        sum += normal(at, second, 0.02) / 10;
    }
    return sum;
}

struct law_row {
    const char* name;
    const char* text;
    double (*cumulative)(double at);
};

const law_row rows[] = {
    {"tight", "normal, 5 s with deviation 0.4 s",
     [](double at) {
         return cut_normal(at, 5, 0.4, 0.3);
     }},
    {"wide", "lognormal, median 6 s, sigma 0.6",
     [](double at) {
         return lognormal(at, 6, 0.6);
     }},
    {"bimodal", "70 % normal 0.4 s (0.1 s), 30 % normal 12 s (2 s)",
     [](double at) {
         return 0.7 * cut_normal(at, 0.4, 0.1, 0) + 0.3 * cut_normal(at, 12, 2, 0);
     }},
    {"heavy", "70 % gamma 4 s (1.5 s), 30 % Pareto 1.5 from 6 s, cut at 90 s",
     [](double at) {
         return 0.7 * gamma(at, 4, 1.5) + 0.3 * cut_pareto(at, 1.5, 6, 90);
     }},
    {"uniform", "uniform, 0 to 20 s",
     [](double at) {
         return std::clamp(at / 20, 0.0, 1.0);
     }},
    {"exponential", "exponential, mean 5 s",
     [](double at) {
         return 1 - std::exp(-at / 5);
     }},
    {"stairs", "on one of the first ten whole seconds, within 20 ms", stairs},
    {"instant", "within 50 ms",
     [](double at) {
         return std::clamp(at / 0.05, 0.0, 1.0);
     }},
    {"slow", "normal, 60 s with deviation 10 s",
     [](double at) {
         return cut_normal(at, 60, 10, 1);
     }},
};

} // namespace

double uniform(random_source& random) noexcept {
    return static_cast<double>(random.next() >> 11U) * 0x1p-53;
}

start_law start_law::find(std::string_view name) {
    for (const auto& row : rows) {
        if (row.name == name) {
            return {row.name, longest, row.cumulative};
        }
    }
    throw std::invalid_argument("there is no law named '" + std::string(name) + "'");
}

const std::vector<std::string>& start_law::names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> made;
        for (const auto& row : rows) {
            made.emplace_back(row.name);
        }
        return made;
    }();
    return all;
}

std::string start_law::describe(std::string_view name) {
    for (const auto& row : rows) {
        if (row.name == name) {
            return row.text;
        }
    }
    return {};
}

start_law::start_law(std::string name, double horizon,
                     const std::function<double(double)>& cumulative)
    : name_(std::move(name)), horizon_(horizon), step_(horizon / table_size) {
    table_.reserve(table_size + 1);
    double highest = 0;
    for (std::size_t point = 0; point < table_size; ++point) {
        highest = std::clamp(cumulative(static_cast<double>(point) * step_), highest, 1.0);
        table_.push_back(highest);
    }
    table_.push_back(1);
}

double start_law::ready_by(double seconds) const noexcept {
    if (seconds <= 0) {
        return seconds < 0 ? 0 : table_.front();
    }
    if (seconds >= horizon_) {
        return 1;
    }
    const double point = seconds / step_;
    const auto below = std::min(static_cast<std::size_t>(point), table_size - 1);
    const double part = point - static_cast<double>(below);
    return table_[below] + part * (table_[below + 1] - table_[below]);
}

double start_law::mean() const noexcept {
    double sum = 0;
    for (std::size_t point = 0; point < table_size; ++point) {
        sum += 1 - (table_[point] + table_[point + 1]) / 2;
    }
    return sum * step_;
}

double start_law::draw(random_source& random) const noexcept {
    const double share = uniform(random);
    const auto above = std::upper_bound(table_.begin(), table_.end(), share);
    if (above == table_.begin() || above == table_.end()) {
        return above == table_.end() ? horizon_ : 0;
    }
    const auto below = above - 1;
    const double part = (share - *below) / (*above - *below);
    return (static_cast<double>(below - table_.begin()) + part) * step_;
}

} // namespace roomport::sim
