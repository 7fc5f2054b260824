#include "sim/informed_cadence.hpp"

#include "wait/cadence/poll_plan.hpp"

namespace roomport::sim {
namespace {

namespace grid = wait_detail::start_time_grid;

constexpr double poll_cost = 0.1;
constexpr double least_chance = 1e-6;

double to_seconds(duration length) {
    return std::chrono::duration<double>(length).count();
}

class informed final : public cadence {
public:
    explicit informed(const start_law& law) : plan_(poll_cost) {
        wait_detail::start_time_estimate estimate;
        double before = 0;
        for (std::size_t bin = 0; bin < grid::bins; ++bin) {
            const double by = law.ready_by(grid::edges[bin + 1]);
            estimate.chances[bin] = by - before;
            before = by;
        }
        // A room that is later than its law allows must still be polled.
        estimate.chances[grid::bins] = 1 - before + least_chance;
        plan_.make(estimate);
    }

    duration pause(const cadence_input& input) override {
        const double age = to_seconds(input.age);
        return duration(static_cast<duration::rep>((plan_.next(age) - age) * 1e9));
    }

    duration first_pause(const cadence_input& input) override { return pause(input); }

    double urgency(const urgency_input& input) override {
        return plan_.urgency(to_seconds(input.last), to_seconds(input.now));
    }

private:
    wait_detail::poll_plan plan_;
};

} // namespace

std::shared_ptr<cadence> informed_cadence(const start_law& law) {
    return std::make_shared<informed>(law);
}

} // namespace roomport::sim
