#pragma once

#include "sim/run_report.hpp"
#include "sim/world_options.hpp"

#include <string>
#include <vector>

namespace roomport::sim {

/// A world worth measuring, with what its rooms' mean wait or delay can't be below.
struct scenario {
    std::string name;
    std::string text;
    world_options options;
    /// A lower bound in seconds on the mean delay, or, if `is_burst`, on the mean wait; zero: not computed.
    double bound = 0;
    bool is_burst = false;
};

/// The names and what they are, without computing bounds.
std::vector<std::pair<std::string, std::string>> scenario_names();

/// @param law the start times, where the scenario leaves them open.
/// @throws std::invalid_argument when there is no scenario of that name.
scenario find_scenario(const std::string& name, const std::string& law);

} // namespace roomport::sim
