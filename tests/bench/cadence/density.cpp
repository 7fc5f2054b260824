#include "density.hpp"

#include <cmath>
#include <numbers>

namespace cadence_bench {

double normal(double time, double mean, double deviation) {
    const double from_mean = (time - mean) / deviation;
    return std::exp(-from_mean * from_mean / 2) / (deviation * std::sqrt(2 * std::numbers::pi));
}

double lognormal(double time, double median, double sigma) {
    return time > 0 ? normal(std::log(time), std::log(median), sigma) / time : 0;
}

double gamma(double time, double mean, double deviation) {
    const double shape = (mean / deviation) * (mean / deviation);
    const double scale = mean / shape;
    return time > 0 ? std::exp((shape - 1) * std::log(time / scale) - time / scale -
                               std::lgamma(shape)) /
                          scale
                    : 0;
}

double weibull(double time, double scale, double shape) {
    if (time <= 0) {
        return 0;
    }
    const double ratio = time / scale;
    return shape / scale * std::pow(ratio, shape - 1) * std::exp(-std::pow(ratio, shape));
}

double uniform(double time, double begin, double end) {
    return time >= begin && time < end ? 1 / (end - begin) : 0;
}

double pareto(double time, double shape, double begin, double end) {
    if (time < begin || time > end) {
        return 0;
    }
    return shape * std::pow(begin / time, shape) / time / (1 - std::pow(begin / end, shape));
}

} // namespace cadence_bench
