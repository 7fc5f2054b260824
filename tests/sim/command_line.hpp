#pragma once

#include "sim/world_options.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace roomport::sim {

/// What `roomport-sim` was asked for. Times are in seconds.
struct choices {
    choices() = default;

    world_options world;
    double deadline = 120;
    double latency = 0.02;
    double jitter = 0;
    double outage_from = 60;
    double outage = 0;
    double retry_after = 0;
    double hold = 0;
    std::uint64_t runs = 1;
    std::string scenario;
    bool storm = false;
    bool calm = false;
    bool log = false;
    bool is_age_unknown = false;
};

/// Reads the command line of `roomport-sim`. Every number has a range, so that whatever is accepted comes to an end.
/// @return the exit status where there is nothing to run: 0 after the help, 2 after a mistake, told to `errors`.
std::optional<int> read_command_line(int count, const char* const* values, choices& to,
                                     std::ostream& output, std::ostream& errors);

} // namespace roomport::sim
