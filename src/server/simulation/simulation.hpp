#pragma once

#include "server/rooms/provider.hpp"
#include "server/simulation/simulation_spec.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// A model of processes that start, fail and end, without processes. Time is passed in.
class simulation {
public:
    explicit simulation(simulation_spec spec);

    void create(time_point now, const std::string& process_id);
    void stop(time_point now, const std::string& process_id, bool at_once);
    std::optional<process_state> observe(const std::string& process_id) const;
    std::vector<std::string> list() const;

    /// When the next event is due; `time_point::max()` for never.
    time_point next() const;

    /// The events due by now, in order of their times.
    std::vector<process_event> run_until(time_point now);

private:
    enum class step { bind, crash, quit, kill };

    class simulated_process {
    public:
        simulated_process() = default;
        process_state state = process_state::starting;
        std::uint64_t due_step = 0;
    };

    class scheduled_step {
    public:
        scheduled_step() = default;
        std::string process_id;
        step what = step::bind;
        std::uint64_t number = 0;
    };

    void schedule(time_point when, const std::string& process_id, step what);

    simulation_spec spec_;
    std::mt19937_64 random_;
    std::uint64_t next_number_ = 1;
    std::unordered_map<std::string, simulated_process> processes_;
    std::multimap<time_point, scheduled_step> steps_;
};

} // namespace roomport::server
