#include "random_law.hpp"

#include "density.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

namespace cadence_bench {
namespace {

constexpr double latest = 130;

/// The table of a law has steps of 2 ms: a component must not be narrower than several of them.
constexpr double narrowest = 0.02;

struct component {
    std::string description;
    std::function<double(double)> density;
    /// After this next to nothing comes.
    double end = 0;
    double weight = 0;
};

/// The standard's distributions differ from one library to the next; these draws do not.
class draws {
public:
    draws(std::uint64_t seed, int number)
        : random_(seed * 1000003 + static_cast<std::uint64_t>(number)) {}

    double between(double low, double high) {
        return low + (high - low) * (static_cast<double>(random_() >> 11) * 0x1p-53);
    }

    /// Even on a logarithmic scale.
    double of_scale(double low, double high) { return low * std::pow(high / low, between(0, 1)); }

    int below(int count) { return static_cast<int>(between(0, count)); }

private:
    std::mt19937_64 random_;
};

std::string words(const char* family, double one, double other) {
    char text[64];
    std::snprintf(text, sizeof text, "%s(%.3g, %.3g)", family, one, other);
    return text;
}

component of_normal(double centre, double deviation, const char* name) {
    return {words(name, centre, deviation),
            [=](double time) { return normal(time, centre, deviation); }, centre + 6 * deviation};
}

component draw_component(draws& draw) {
    const double centre = draw.of_scale(0.3, 40);
    switch (draw.below(7)) {
    case 0:
        return of_normal(centre, centre * draw.between(0.05, 0.3), "normal");
    case 1: {
        const double sigma = draw.between(0.1, 0.8);
        return {words("lognormal", centre, sigma),
                [=](double time) { return lognormal(time, centre, sigma); },
                centre * std::exp(4.5 * sigma)};
    }
    case 2: {
        const double deviation = centre * draw.between(0.1, 0.8);
        return {words("gamma", centre, deviation),
                [=](double time) { return gamma(time, centre, deviation); },
                centre + 12 * deviation};
    }
    case 3: {
        const double shape = draw.between(1, 6);
        return {words("weibull", centre, shape),
                [=](double time) { return weibull(time, centre, shape); },
                centre * std::pow(14, 1 / shape)};
    }
    case 4: {
        const double shape = draw.between(1.2, 3);
        const double end = std::min(latest, 15 * centre);
        return {words("pareto", centre, shape),
                [=](double time) { return pareto(time, shape, centre, end); }, end};
    }
    case 5: {
        const double half = centre * draw.between(0.05, 0.6);
        return {words("uniform", centre - half, centre + half),
                [=](double time) { return uniform(time, centre - half, centre + half); },
                centre + half};
    }
    default:
        return of_normal(centre, std::max(narrowest, centre * draw.between(0.01, 0.03)), "point");
    }
}

} // namespace

random_law draw_law(std::uint64_t seed, int number) {
    draws draw(seed, number);
    std::vector<component> components(static_cast<std::size_t>(1 + draw.below(4)));
    double whole = 0;
    double end = 0;
    for (component& one : components) {
        one = draw_component(draw);
        one.weight = 0.1 - std::log(1 - draw.between(0, 1));
        whole += one.weight;
        end = std::max(end, std::min(one.end, latest));
    }
    std::string description;
    for (component& one : components) {
        one.weight /= whole;
        char weight[16];
        std::snprintf(weight, sizeof weight, "%.2f ", one.weight);
        description += (description.empty() ? "" : " + ") + std::string(weight) + one.description;
    }
    const auto density = [&](double time) {
        double sum = 0;
        for (const component& one : components) {
            sum += one.weight * one.density(time);
        }
        return sum;
    };
    return {description, true_law(std::to_string(number), density, end)};
}

} // namespace cadence_bench
