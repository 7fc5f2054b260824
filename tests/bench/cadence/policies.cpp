#include "policies.hpp"

#include <roomport/wait/cadence.hpp>

#include <algorithm>
#include <chrono>

namespace cadence_bench {
namespace {

using seconds = std::chrono::duration<double>;

roomport::duration to_duration(double time) {
    return std::chrono::duration_cast<roomport::duration>(seconds(time));
}

/// Uniform in [0, 1), the same on every platform.
double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

} // namespace

outcome fixed_interval(const true_law& law, double interval) {
    return evaluate(law, [&](double age) { return age < 0 ? 0 : age + interval; });
}

outcome exponential_backoff(const true_law& law) {
    double pause = 0.25;
    return evaluate(law, [&](double age) {
        if (age < 0) {
            return 0.0;
        }
        const double next = age + pause;
        pause = std::min(5.0, pause * 1.5);
        return next;
    });
}

outcome smithy(const true_law& law) {
    constexpr int draws = 4000;
    std::mt19937_64 random(1);
    outcome sum;
    for (int draw = 0; draw < draws; ++draw) {
        double most = 2;
        const outcome one = evaluate(law, [&](double age) {
            if (age < 0) {
                return 0.0;
            }
            const double next = age + 2 + (most - 2) * uniform(random);
            most = std::min(120.0, most * 2);
            return next;
        });
        sum.polls += one.polls;
        sum.delay += one.delay;
    }
    return mean(sum, draws);
}

learner::learner(double poll_cost, std::uint64_t seed) : random_(seed) {
    roomport::learned_cadence_options options;
    options.poll_cost = to_duration(poll_cost);
    policy_ = roomport::learned_cadence(options);
}

double learner::next(double age) {
    roomport::cadence_input input;
    input.is_age_known = true;
    if (age < 0) {
        input.polls = 0;
        return seconds(policy_->first_pause(input)).count();
    }
    input.age = to_duration(age);
    return age + seconds(policy_->pause(input)).count();
}

void learner::live(const true_law& law, int rooms) {
    for (int room = 0; room < rooms; ++room) {
        const double start = law.quantile(uniform(random_));
        double seen_starting = 0;
        double age = next(-1);
        while (age < start) {
            seen_starting = age;
            age = next(age);
        }
        roomport::start_time_sample sample;
        sample.is_age_known = true;
        sample.after = to_duration(seen_starting);
        sample.by = to_duration(age);
        policy_->learn(sample);
    }
}

outcome learner::judged_by(const true_law& law) {
    return evaluate(law, [&](double age) { return next(age); });
}

} // namespace cadence_bench
