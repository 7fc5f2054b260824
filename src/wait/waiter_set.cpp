#include "wait/waiter_set.hpp"

#include <memory>
#include <tuple>

namespace roomport::wait_detail {

static_assert(alignof(waiter) > 1);

bool waiter_set::by_deadline::operator()(const waiter* left, const waiter* right) const noexcept {
    return std::tuple(left->deadline(), left->place) < std::tuple(right->deadline(), right->place);
}

bool waiter_set::by_deadline::operator()(time_point when, const waiter* wait) const noexcept {
    return when < wait->deadline();
}

bool waiter_set::by_deadline::operator()(const waiter* wait, time_point when) const noexcept {
    return wait->deadline() < when;
}

waiter_set::~waiter_set() {
    if (is_many()) {
        delete &many();
    }
}

bool waiter_set::empty() const noexcept {
    return is_many() ? many().empty() : word_ == 0;
}

void waiter_set::insert(waiter& wait, const seen_before_joining& before) {
    if (word_ == 0) {
        wait.place = 0;
        word_ = reinterpret_cast<std::uintptr_t>(&wait);
        return;
    }
    if (is_many()) {
        wait.place = many().joined + 1;
        many().emplace(&wait, before);
    } else {
        auto both = std::make_unique<tree>();
        wait.place = 1;
        both->emplace(lone(), seen_before_joining());
        both->emplace(&wait, before);
        word_ = reinterpret_cast<std::uintptr_t>(both.release()) | 1U;
    }
    ++many().joined;
}

const seen_before_joining& waiter_set::seen_before(const waiter& wait) const noexcept {
    static const seen_before_joining nothing;
    return is_many() ? many().find(&wait)->second : nothing;
}

void waiter_set::erase(waiter& wait) noexcept {
    if (is_many()) {
        many().erase(&wait);
    } else {
        word_ = 0;
    }
}

waiter& waiter_set::front() const noexcept {
    return is_many() ? *many().begin()->first : *lone();
}

waiter& waiter_set::back() const noexcept {
    return is_many() ? *many().rbegin()->first : *lone();
}

waiter* waiter_set::first_after(time_point when) const noexcept {
    if (is_many()) {
        const auto found = many().upper_bound(when);
        return found == many().end() ? nullptr : found->first;
    }
    return word_ != 0 && lone()->deadline() > when ? lone() : nullptr;
}

} // namespace roomport::wait_detail
