#include "wait/entry.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace roomport::wait_detail {
namespace {

constexpr unsigned char most_strikes = 5;

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

entry::pointer entry::make(std::string_view key, key_group_pointer group,
                           std::optional<time_point> created, time_point now) {
    void* memory = ::operator new(sizeof(entry) + key.size());
    auto* made = new (memory) entry(key, std::move(group), created, now);
    std::memcpy(static_cast<void*>(made + 1), key.data(), key.size());
    return pointer(made);
}

void entry::release::operator()(entry* one) const noexcept {
    one->~entry();
    ::operator delete(static_cast<void*>(one));
}

entry::entry(std::string_view key, key_group_pointer group, std::optional<time_point> created,
             time_point now)
    : next_poll(now), group_(std::move(group)), created_(std::min(created.value_or(now), now)),
      key_size_(static_cast<std::uint16_t>(key.size())) {}

void entry::set_queued(bool is_now) noexcept {
    if (is_queued == is_now) {
        return;
    }
    is_queued = is_now;
    if (is_now) {
        ++group_->queued;
    } else {
        --group_->queued;
    }
}

void entry::join(waiter& wait) {
    seen_before_joining before;
    before.count = history.count();
    before.times = history.times();
    if (history.has_last()) {
        // The last observation is shared with those who join.
        --before.count;
        before.times -= history.last_times();
    }
    waiters.insert(wait, before);
    request_timeout = std::max(request_timeout, wait.options().request_timeout);
    wait.join(*this);
}

void entry::leave(waiter& wait) noexcept {
    waiters.erase(wait);
}

std::optional<time_point> entry::nearest_uncovered() const {
    if (const waiter* next = waiters.first_after(covered_)) {
        return next->deadline();
    }
    return std::nullopt;
}

void entry::cover(time_point deadline) noexcept {
    covered_ = deadline;
}

void entry::seen_starting(time_point when) noexcept {
    seen_starting_at_ = std::max(seen_starting_at_, when);
}

duration entry::seen_starting_age() const noexcept {
    return std::max(duration::zero(),
                    seen_starting_at_ < created_ ? duration::zero() : seen_starting_at_ - created_);
}

} // namespace roomport::wait_detail
