#include "sim/run_report.hpp"

#include <algorithm>
#include <numeric>

namespace roomport::sim {

void run_report::add(const run_report& other) {
    ready += other.ready;
    timed_out += other.timed_out;
    cancelled += other.cancelled;
    failed += other.failed;
    polls += other.polls;
    refusals += other.refusals;
    rooms_asked += other.rooms_asked;
    polls_by_second.resize(std::max(polls_by_second.size(), other.polls_by_second.size()));
    for (std::size_t second = 0; second < other.polls_by_second.size(); ++second) {
        polls_by_second[second] += other.polls_by_second[second];
    }
    delays.insert(delays.end(), other.delays.begin(), other.delays.end());
    lengths.insert(lengths.end(), other.lengths.begin(), other.lengths.end());
    elapsed += other.elapsed;
    events += other.events;
    fingerprint = (fingerprint ^ other.fingerprint) * 1099511628211U;
    problems.insert(problems.end(), other.problems.begin(), other.problems.end());
}

std::uint64_t run_report::polls_between(std::size_t from, std::size_t to) const {
    std::uint64_t sum = 0;
    for (std::size_t second = from; second < std::min(to, polls_by_second.size()); ++second) {
        sum += polls_by_second[second];
    }
    return sum;
}

std::uint32_t run_report::most_polls_a_second(std::size_t from, std::size_t to) const {
    std::uint32_t most = 0;
    for (std::size_t second = from; second < std::min(to, polls_by_second.size()); ++second) {
        most = std::max(most, polls_by_second[second]);
    }
    return most;
}

double mean(const std::vector<double>& values) {
    return values.empty() ? 0
                          : std::accumulate(values.begin(), values.end(), 0.0) /
                                static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0;
    }
    const auto last = static_cast<double>(values.size() - 1);
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * last);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

} // namespace roomport::sim
