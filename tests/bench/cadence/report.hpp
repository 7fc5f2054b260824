#pragma once

#include "evaluation.hpp"
#include "true_law.hpp"

#include <array>
#include <iosfwd>
#include <string>
#include <vector>

namespace cadence_bench {

/// What a poll costs in seconds of waiting: the default of the learned cadence.
inline constexpr double poll_cost = 0.1;

/// After so many rooms the learned cadence is polled.
inline constexpr std::array<int, 3> milestones = {50, 200, 1000};

/// One policy on one law; means where chance is in it.
struct row {
    std::string policy;
    outcome result;
    /// Delay by the least delay with as many polls.
    double delay_ratio = 0;
    /// Cost by the least cost.
    double cost_ratio = 0;
};

/// The cost by the least after a law has changed to another, which 25 and 50 rooms followed.
struct change {
    double after_25 = 0;
    double after_50 = 0;
};

/// All about one law.
struct law_report {
    std::string law;
    std::vector<row> rows;
    std::vector<outcome> best;
    /// Before any room, the delay by that of exponential backoff with as many polls.
    double new_by_exponential = 0;
    /// The delay of fixed 1 s by that of the learned cadence after the last milestone, with as many polls.
    double fixed_by_learned = 0;
    change doubled;
    change halved;
};

/// @param seeds    lives of the learned cadence that are averaged.
/// @param is_brief leaves out what takes long: equal polls, and changes.
law_report judge(const true_law& law, int seeds, bool is_brief);

/// Tables in Markdown.
void write_tables(std::ostream& out, const std::vector<law_report>& reports, bool is_brief);

/// One line a policy and law, and the best schedules: law,policy,polls,delay,delay_ratio,cost_ratio.
void write_csv(std::ostream& out, const std::vector<law_report>& reports);

} // namespace cadence_bench
