#pragma once

#include "wait/waiter.hpp"
#include "wait/waiting_handler.hpp"

#include <roomport/wait/wait_result.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>

namespace roomport::wait_detail {

/// A wait with the caller's end of it.
///
/// Whoever holds a @ref wait_owner has the caller's handler; others keep no more than the memory.
class pending_wait : public waiter, public boost::intrusive_ref_counter<pending_wait> {
public:
    pending_wait(settings_pointer settings, time_point started, waiting_handler handler)
        : waiter(std::move(settings), started), handler_(std::move(handler)) {}

    bool is_cancelled = false;

    waiting_handler& handler() noexcept { return handler_; }

    /// Whether the caller's handler was posted or destroyed.
    bool is_over() const noexcept { return !handler_; }

    /// Posts the caller's handler.
    void finish(const boost::asio::any_io_executor& io_executor, error_code ec,
                wait_result result) {
        drop_settings();
        handler_.post(io_executor, ec, std::move(result));
    }

    /// Destroys the caller's handler uncalled, if it is still there.
    void drop() noexcept {
        drop_settings();
        handler_.drop();
    }

private:
    waiting_handler handler_;
};

using pending_pointer = boost::intrusive_ptr<pending_wait>;

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
