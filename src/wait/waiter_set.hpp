#pragma once

#include "wait/waiter.hpp"

#include <cstdint>
#include <map>

namespace roomport::wait_detail {

/// Those who wait for one key, nearest deadline first: one word for one of them, a tree for many.
class waiter_set {
public:
    waiter_set() noexcept = default;
    waiter_set(const waiter_set&) = delete;
    waiter_set& operator=(const waiter_set&) = delete;
    ~waiter_set();

    bool empty() const noexcept;

    /// Adds one who begins to wait. Strong guarantee when there is no memory.
    /// @param before what was seen before; nothing for the first.
    void insert(waiter& wait, const seen_before_joining& before);
    void erase(waiter& wait) noexcept;

    /// What was seen before `wait` came. @pre it is one of them.
    const seen_before_joining& seen_before(const waiter& wait) const noexcept;

    /// The one with the nearest deadline. @pre not empty.
    waiter& front() const noexcept;

    /// The one with the latest deadline. @pre not empty.
    waiter& back() const noexcept;

    /// The first whose deadline is later than `when`; null when there is none.
    waiter* first_after(time_point when) const noexcept;

    /// Calls `visit` with each; it may erase the one that it is given.
    template <class Visit>
    void for_each(Visit visit) const {
        if (!is_many()) {
            if (lone() != nullptr) {
                visit(*lone());
            }
            return;
        }
        for (auto next = many().begin(); next != many().end();) {
            visit(*(next++)->first);
        }
    }

private:
    struct by_deadline {
        using is_transparent = void;
        bool operator()(const waiter* left, const waiter* right) const noexcept;
        bool operator()(time_point when, const waiter* wait) const noexcept;
        bool operator()(const waiter* wait, time_point when) const noexcept;
    };
    using tree_base = std::map<waiter*, seen_before_joining, by_deadline>;
    struct tree : tree_base {
        std::uint32_t joined = 0;
    };

    // The lowest bit tells a tree from a lone waiter.
    bool is_many() const noexcept { return (word_ & 1U) != 0; }
    waiter* lone() const noexcept { return reinterpret_cast<waiter*>(word_); }
    tree& many() const noexcept { return *reinterpret_cast<tree*>(word_ & ~std::uintptr_t{1}); }

    std::uintptr_t word_ = 0;
};

} // namespace roomport::wait_detail
