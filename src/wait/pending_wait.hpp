#pragma once

#include "wait/waiter.hpp"
#include "wait/waiting_handler.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>

namespace roomport::wait_detail {

class pending_wait;

using pending_pointer = boost::intrusive_ptr<pending_wait>;

/// A wait with the caller's end of it.
///
/// Whoever holds a @ref wait_owner has the caller's handler; others keep no more than the memory.
class pending_wait : public waiter, public boost::intrusive_ref_counter<pending_wait> {
public:
    pending_wait(settings_pointer settings, time_point started, waiting_handler handler)
        : waiter(std::move(settings), started), handler_(std::move(handler)) {}

    /// The next in a @ref pending_list.
    pending_pointer next;

    waiting_handler& handler() noexcept { return handler_; }

    /// Destroys the caller's handler uncalled, if it is still there.
    void drop() noexcept {
        drop_settings();
        handler_.drop();
    }

private:
    waiting_handler handler_;
};

/// Waits in a list that takes no memory of its own. Each may stand in one only.
class pending_list {
public:
    pending_list() = default;
    pending_list(const pending_list&) = delete;
    pending_list& operator=(const pending_list&) = delete;
    ~pending_list() {
        while (!empty()) {
            pop();
        }
    }

    bool empty() const noexcept { return first_ == nullptr; }

    void push(pending_wait& wait) noexcept {
        wait.next = std::move(first_);
        first_ = pending_pointer(&wait);
    }

    /// @pre not empty.
    pending_pointer pop() noexcept {
        auto popped = std::move(first_);
        first_ = std::move(popped->next);
        return popped;
    }

private:
    pending_pointer first_;
};

/// The one owner of a wait that is not over.
class wait_owner {
public:
    explicit wait_owner(pending_pointer wait) noexcept : wait_(std::move(wait)) {}

    /// Takes over what @ref release let go.
    static wait_owner adopt(pending_wait& wait) noexcept {
        return wait_owner(pending_pointer(&wait, false));
    }

    wait_owner(wait_owner&&) noexcept = default;
    wait_owner(const wait_owner&) = delete;
    wait_owner& operator=(const wait_owner&) = delete;
    wait_owner& operator=(wait_owner&&) = delete;
    ~wait_owner() {
        if (wait_) {
            wait_->drop();
        }
    }

    pending_wait& operator*() const noexcept { return *wait_; }
    pending_wait* operator->() const noexcept { return wait_.get(); }

    /// Lets the wait go on without an owner until it is adopted.
    pending_wait& release() noexcept { return *wait_.detach(); }

private:
    pending_pointer wait_;
};

} // namespace roomport::wait_detail
