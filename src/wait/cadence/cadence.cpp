#include <roomport/wait/cadence.hpp>

#include <algorithm>
#include <stdexcept>

namespace roomport {
namespace {

class exponential final : public cadence {
public:
    exponential(duration first, duration longest) : first_(first), longest_(longest) {}

    duration pause(const cadence_input& input) override {
        duration full = first_;
        for (unsigned poll = 1; poll < input.polls && full < longest_; ++poll) {
            full += full / 2 + duration(1);
        }
        full = std::min(full, longest_);
        const duration half = full / 2;
        const auto span = static_cast<std::uint64_t>((full - half).count()) + 1;
        return half + duration(static_cast<duration::rep>(input.random % span));
    }

private:
    duration first_;
    duration longest_;
};

class fixed final : public cadence {
public:
    explicit fixed(duration interval) : interval_(interval) {}

    duration pause(const cadence_input& input) override {
        return std::max(duration::zero(), interval_ - input.last_poll);
    }

private:
    duration interval_;
};

constexpr duration longest_sensible = std::chrono::hours(24 * 365);

} // namespace

duration cadence::first_pause(const cadence_input& /*input*/) {
    return duration::zero();
}

cadence_group cadence::group(std::string_view /*name*/) {
    return 0;
}

void cadence::learn(const start_time_sample& /*sample*/) {}

double cadence::urgency(const urgency_input& input) {
    return std::chrono::duration<double>(input.now - input.last).count();
}

std::shared_ptr<cadence> exponential_cadence(duration first, duration longest) {
    if (first <= duration::zero() || longest < first) {
        throw std::invalid_argument(
            "exponential_cadence: the first pause must be more than zero and not over the longest");
    }
    return std::make_shared<exponential>(std::min(first, longest_sensible),
                                         std::min(longest, longest_sensible));
}

std::shared_ptr<cadence> fixed_cadence(duration interval) {
    if (interval <= duration::zero()) {
        throw std::invalid_argument("fixed_cadence: the interval must be more than zero");
    }
    return std::make_shared<fixed>(interval);
}

} // namespace roomport
