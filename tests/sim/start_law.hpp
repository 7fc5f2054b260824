#pragma once

#include "common/random_source.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::sim {

/// How long rooms take from creation to readiness: a distribution, kept as a table of its distribution function.
class start_law {
public:
    /// One of @ref names.
    /// @throws std::invalid_argument when there is no law of that name.
    static start_law find(std::string_view name);

    static const std::vector<std::string>& names();

    /// What a law is, in a line.
    static std::string describe(std::string_view name);

    /// @param cumulative the distribution function, in seconds; rising from 0 to (nearly) 1 at `horizon`.
    start_law(std::string name, double horizon, const std::function<double(double)>& cumulative);

    const std::string& name() const noexcept { return name_; }

    /// Seconds after which every room is ready.
    double horizon() const noexcept { return horizon_; }

    /// The share of rooms that are ready `seconds` after their creation.
    double ready_by(double seconds) const noexcept;

    /// The mean of the time in seconds.
    double mean() const noexcept;

    /// A random time in seconds.
    double draw(random_source& random) const noexcept;

private:
    std::string name_;
    double horizon_;
    double step_;
    std::vector<double> table_;
};

/// Uniform in [0, 1).
double uniform(random_source& random) noexcept;

} // namespace roomport::sim
