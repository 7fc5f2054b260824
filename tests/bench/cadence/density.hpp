#pragma once

namespace cadence_bench {

/// Densities of the families that laws of start times are made of. All are zero where a time is not possible.

double normal(double time, double mean, double deviation);
double lognormal(double time, double median, double sigma);
double gamma(double time, double mean, double deviation);
double weibull(double time, double scale, double shape);
double uniform(double time, double begin, double end);

/// A power law from `begin` on, with no chance beyond `end`.
double pareto(double time, double shape, double begin, double end);

} // namespace cadence_bench
