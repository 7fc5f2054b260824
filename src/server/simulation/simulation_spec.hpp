#pragma once

#include <roomport/clock.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace roomport::server {

/// A random length of time.
class delay_distribution {
public:
    enum class shape {
        fixed,
        uniform,
        exponential,
        normal,
        lognormal,
    };

    delay_distribution() = default;

    /// Reads "200ms", "fixed:200ms", "uniform:1s:5s", "exponential:2s", "normal:3s:500ms" or "lognormal:3s:0.5".
    static boost::system::result<delay_distribution, std::string> parse(std::string_view text);

    /// The next value: never negative, at most a day.
    duration sample(std::mt19937_64& random) const;

private:
    shape shape_ = shape::fixed;
    /// Seconds: the value, the lower end, the mean, or (lognormal) the median.
    double first_ = 1;
    /// Seconds: the upper end or the deviation; for lognormal a number, the deviation of the logarithm.
    double second_ = 0;
};

/// How simulated processes behave.
class simulation_spec {
public:
    simulation_spec() = default;

    /// Reads settings `NAME=VALUE`, separated by commas; the grammar is @ref grammar. @return what is wrong otherwise.
    static boost::system::result<simulation_spec, std::string> parse(std::string_view text);

    /// The grammar, as `--help` shows it.
    static std::string_view grammar();

    /// From launch to a bound port.
    delay_distribution start;
    /// From a bound port to exit 0; without it a process runs until it is stopped.
    delay_distribution life;
    bool has_life = false;
    /// From the order to stop to the exit.
    delay_distribution stop;
    bool has_stop = false;
    /// Of all launches, the share that never binds, that exits with 1, that exits with 0 instead of binding.
    double never = 0;
    double crash = 0;
    double quit = 0;
    std::uint64_t seed = 1;
};

} // namespace roomport::server
