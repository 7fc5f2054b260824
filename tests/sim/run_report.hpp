#pragma once

#include <roomport/clock.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace roomport::sim {

/// What came of a run, or of several together.
class run_report {
public:
    run_report() = default;

    /// How waits ended.
    std::uint64_t ready = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t failed = 0;

    /// Requests, the 429s among them, and the rooms that they asked for.
    std::uint64_t polls = 0;
    std::uint64_t refusals = 0;
    std::uint64_t rooms_asked = 0;
    /// Polls in each second since the beginning.
    std::vector<std::uint32_t> polls_by_second;

    /// From readiness (or the beginning of the wait, if that came later) to the end of the wait, in seconds: of waits
    /// that ended well, without the warm-up.
    std::vector<double> delays;
    /// From the beginning of these waits to their end.
    std::vector<double> lengths;

    duration elapsed{};
    std::uint64_t events = 0;
    /// The same for two runs in which the same happened at the same times.
    std::uint64_t fingerprint = 14695981039346656037U;
    std::vector<std::string> problems;

    void add(const run_report& other);

    /// Polls from one second since the beginning to another.
    std::uint64_t polls_between(std::size_t from, std::size_t to) const;

    /// The most polls of any second in a range.
    std::uint32_t most_polls_a_second(std::size_t from, std::size_t to) const;
};

double mean(const std::vector<double>& values);

/// The value below which `share` of the values lie.
double quantile(std::vector<double> values, double share);

} // namespace roomport::sim
