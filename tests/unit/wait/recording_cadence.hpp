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

    double urgency(const urgency_input& input) override {
        urgencies.push_back(input);
        return worth ? worth(input) : cadence::urgency(input);
    }

    duration next_pause = std::chrono::seconds(1);
    duration next_first_pause{};
    cadence_group group_number = 7;
    double (*worth)(const urgency_input& input) = nullptr;

    std::vector<cadence_input> pauses;
    std::vector<cadence_input> first_pauses;
    std::vector<std::string> groups;
    std::vector<start_time_sample> learned;
    std::vector<urgency_input> urgencies;
};

} // namespace roomport::wait_detail
