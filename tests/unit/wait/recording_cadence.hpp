#pragma once

#include <roomport/wait/cadence.hpp>

#include <map>
#include <string>
#include <vector>

namespace roomport::wait_detail {

/// A cadence that answers as told and keeps what it was asked and told.
class recording_cadence final : public cadence {
public:
    recording_cadence() = default;

    duration pause(const cadence_input& input) override {
        pauses.push_back(input);
        pauses.back().key = {};
        return next_pause;
    }

    duration first_pause(const cadence_input& input) override {
        first_pauses.push_back(input);
        first_pauses.back().key = {};
        return next_first_pause;
    }

    cadence_group group(std::string_view name) override {
        groups.emplace_back(name);
        return group_number;
    }

    void learn(const start_time_sample& sample) override { learned.push_back(sample); }

    double urgency(cadence_group where, duration last, duration now) override {
        urgencies.push_back({where, last, now});
        return worth ? worth(where, last, now) : cadence::urgency(where, last, now);
    }

    struct asked_urgency {
        cadence_group where;
        duration last;
        duration now;
    };

    duration next_pause = std::chrono::seconds(1);
    duration next_first_pause{};
    cadence_group group_number = 7;
    double (*worth)(cadence_group, duration, duration) = nullptr;

    std::vector<cadence_input> pauses;
    std::vector<cadence_input> first_pauses;
    std::vector<std::string> groups;
    std::vector<start_time_sample> learned;
    std::vector<asked_urgency> urgencies;
};

} // namespace roomport::wait_detail
