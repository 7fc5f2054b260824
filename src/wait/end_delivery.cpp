#include "wait/end_delivery.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <new>
#include <utility>

namespace roomport::wait_detail {
namespace {

namespace asio = boost::asio;

constexpr duration pause_before_retry = std::chrono::milliseconds(50);

} // namespace

end_delivery::end_delivery(asio::any_io_executor io_executor)
    : io_executor_(std::move(io_executor)), retry_(io_executor_) {}

end_delivery::~end_delivery() {
    drop();
}

void end_delivery::add(waiter::owner over) noexcept {
    {
        const std::lock_guard lock(mutex_);
        waits_.push_back(*over.release());
        if (std::exchange(is_sent_off_, true)) {
            return;
        }
    }
    send_off();
}

void end_delivery::drop() noexcept {
    for (;;) {
        waiter::owner last;
        {
            const std::lock_guard lock(mutex_);
            waiter_list& left = waits_.empty() ? refused_ : waits_;
            if (left.empty()) {
                return;
            }
            last.reset(&left.pop_front());
        }
    }
}

void end_delivery::send_off() noexcept {
    if (!post_next()) {
        // Where there is no timer either, the next wait that is added tries for all.
        arm_retry();
    }
}

bool end_delivery::post_next() noexcept {
    try {
        auto next = asio::bind_allocator(detail::handler_allocator<>(memory_),
                                         [self = shared_from_this()] { self->deliver_next(); });
        // Behind an erased executor the allocator would not be asked.
        if (const auto* context = io_executor_.target<asio::io_context::executor_type>()) {
            asio::post(*context, std::move(next));
        } else {
            asio::post(io_executor_, std::move(next));
        }
    } catch (const std::bad_alloc&) {
        const std::lock_guard lock(mutex_);
        is_sent_off_ = false;
        return false;
    }
    return true;
}

bool end_delivery::arm_retry() noexcept {
    const std::lock_guard lock(mutex_);
    if (is_retry_armed_) {
        return true;
    }
    try {
        retry_.expires_after(pause_before_retry);
        retry_.async_wait(asio::bind_allocator(
            detail::handler_allocator<>(memory_),
            [self = shared_from_this()](boost::system::error_code) { self->try_refused_again(); }));
        is_retry_armed_ = true;
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

void end_delivery::try_again_later() noexcept {
    if (arm_retry()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_sent_off_, true)) {
            return;
        }
    }
    // Again and again, behind what else there is to do.
    post_next();
}

void end_delivery::try_refused_again() {
    {
        const std::lock_guard lock(mutex_);
        is_retry_armed_ = false;
        while (!refused_.empty()) {
            waits_.push_back(refused_.pop_front());
        }
    }
    deliver_next();
}

void end_delivery::deliver_next() {
    waiter::owner over;
    bool is_last = false;
    bool has_refused = false;
    {
        const std::lock_guard lock(mutex_);
        if (!waits_.empty()) {
            over.reset(&waits_.pop_front());
        }
        is_last = waits_.empty();
        is_sent_off_ = !is_last;
        has_refused = !refused_.empty();
    }
    // Before the handler, which may take its time, or throw.
    if (!is_last) {
        send_off();
    }
    if (has_refused) {
        try_again_later();
    }
    if (over) {
        deliver(std::move(over));
    }
}

void end_delivery::deliver(waiter::owner over) {
    if (!over->has_own_executor()) {
        waiter::call(std::move(over), clock::now());
        return;
    }
    const auto executor = over->own_executor();
    std::shared_ptr<waiter::owner> kept;
    try {
        kept = std::make_shared<waiter::owner>();
        *kept = std::move(over);
        asio::dispatch(executor, [kept] { waiter::call(std::move(*kept), clock::now()); });
    } catch (const std::bad_alloc&) {
        // Not one that the handler threw, which may have been called in there.
        if (kept && !*kept) {
            throw;
        }
        refused(kept ? std::move(*kept) : std::move(over));
    }
}

void end_delivery::refused(waiter::owner over) noexcept {
    {
        const std::lock_guard lock(mutex_);
        refused_.push_back(*over.release());
    }
    try_again_later();
}

} // namespace roomport::wait_detail
