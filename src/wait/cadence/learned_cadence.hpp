#pragma once

#include "wait/cadence/poll_plan.hpp"
#include "wait/cadence/start_time_law.hpp"

#include <roomport/wait/cadence.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::wait_detail {

/// A law and the plan made from it, which is renewed when it is asked after enough has been learned.
class learned_plan {
public:
    explicit learned_plan(double poll_cost);

    void learn(double after, double by, std::size_t queued);
    std::size_t rooms() const noexcept { return law_.rooms(); }
    poll_plan& plan();

private:
    /// The part of a poll's cost at which the next room is to be polled.
    double price_part() const;

    start_time_law law_;
    poll_plan plan_;
    /// The part of a poll's cost that the plan was made for.
    double price_part_ = 1;
    bool is_queued_ = false;
    bool is_stale_ = true;
};

/// See @ref roomport::learned_cadence.
class learned_cadence_policy final : public cadence {
public:
    /// @throws std::invalid_argument when an option is out of range.
    explicit learned_cadence_policy(const learned_cadence_options& options);

    duration pause(const cadence_input& input) override;
    duration first_pause(const cadence_input& input) override;
    cadence_group group(std::string_view name) override;
    void learn(const start_time_sample& sample) override;
    double urgency(const urgency_input& input) override;

private:
    /// Ages since creation, and ages since the first waiter came, follow different laws.
    struct laws {
        std::unique_ptr<learned_plan> created;
        std::unique_ptr<learned_plan> joined;
    };

    learned_plan& plan_of(cadence_group where, bool is_age_known);
    duration pause_at(const cadence_input& input);

    double poll_cost_;
    std::size_t max_groups_;
    /// Serves whoever has learned nothing yet.
    learned_plan unlearned_;
    std::vector<laws> groups_;
    std::map<std::string, cadence_group, std::less<>> numbers_;
};

} // namespace roomport::wait_detail
