#include "wait/entry.hpp"

#include <algorithm>
#include <utility>

namespace roomport::wait_detail {
namespace {

constexpr unsigned char most_strikes = 5;
constexpr duration pause_without_cadence = std::chrono::seconds(1);

} // namespace

void hold_trust::broken() noexcept {
    strikes_ = static_cast<unsigned char>(std::min<int>(strikes_ + 1, most_strikes));
    ordinary_first_ = static_cast<unsigned char>(1U << (strikes_ - 1U));
}

void hold_trust::ordinary_answer() noexcept {
    if (ordinary_first_ > 0) {
        --ordinary_first_;
    }
}

entry::entry(std::string_view name, std::shared_ptr<cadence> policy, time_point now)
    : key(name), next_look(now), policy_(std::move(policy)), created_(now) {}

void entry::join(waiter& wait) {
    request_timeout = std::max(request_timeout, wait.options().request_timeout);
    waiters.insert(wait);
    wait.owner = this;
}

void entry::leave(waiter& wait) {
    waiters.erase(waiters.iterator_to(wait));
    wait.owner = nullptr;
}

std::optional<time_point> entry::nearest_uncovered() const {
    const auto found = waiters.upper_bound(covered_);
    if (found == waiters.end()) {
        return std::nullopt;
    }
    return found->deadline();
}

void entry::cover(time_point deadline) noexcept {
    covered_ = std::max(covered_, deadline);
}

duration entry::pause(duration last_look, time_point now, std::uint64_t random,
                      wait_actions& actions) const {
    cadence_input input;
    input.key = key;
    input.age = now - created_;
    input.looks = std::max(looks, 1U);
    input.last_look = last_look;
    input.random = random;
    try {
        return std::max(duration::zero(), policy_->pause(input));
    } catch (...) {
        actions.caught(std::current_exception());
        return pause_without_cadence;
    }
}

} // namespace roomport::wait_detail
