#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cadence_bench {

/// A law of start times that is known exactly: what schedules are judged by. Times in seconds.
class true_law {
public:
    /// @param density up to a factor; taken as zero below zero and beyond `end`.
    true_law(std::string name, const std::function<double(double)>& density, double end);

    /// The same law with all times `factor` times as long.
    true_law scaled(double factor) const;

    const std::string& name() const { return name_; }

    /// The chance of no start until `time`.
    double survival(double time) const;

    /// The expected delay caused by not polling between `from` and `to`.
    double delay(double from, double to) const;

    /// The time by which a start has come with chance `chance`, within 0 and 1.
    double quantile(double chance) const;

    /// The table: times, the law at them, and its integral up to them.
    const std::vector<double>& times() const { return times_; }
    const std::vector<double>& law() const { return law_; }
    const std::vector<double>& integral() const { return integral_; }

private:
    struct place {
        std::size_t cell;
        double part;
    };
    place locate(double time) const;
    double integral_at(double time) const;

    std::string name_;
    double step_;
    std::vector<double> times_;
    std::vector<double> law_;
    std::vector<double> survival_;
    std::vector<double> integral_;
};

/// A law near which these start times lie, in seconds: each spread by a twentieth of itself.
/// @throws std::invalid_argument when one is not more than zero, or over an hour.
true_law law_of_times(const std::vector<double>& times);

/// The laws of the benchmark.
std::vector<true_law> all_laws();

} // namespace cadence_bench
