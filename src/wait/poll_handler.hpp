#pragma once

#include "wait/poll_memory.hpp"
#include "wait/wait_action.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <deque>
#include <memory>
#include <utility>

namespace roomport::wait_detail {

/// What polls under way need of the engine, apart from it: an observer that winds down may touch a slot, or let go of
/// a handler, after the engine has gone.
class poll_support {
public:
    explicit poll_support(boost::asio::any_io_executor executor) : strand(std::move(executor)) {}

    const boost::asio::any_io_executor strand;
    std::deque<boost::asio::cancellation_signal> signals;
    poll_memory memory;
};

/// The handler that an observer is given: what it brings goes to `Engine::poll_ended`, if the engine is still there.
template <class Engine>
class poll_handler {
public:
    using executor_type = boost::asio::any_io_executor;
    using cancellation_slot_type = boost::asio::cancellation_slot;
    using allocator_type = poll_allocator<void>;

    poll_handler(std::weak_ptr<Engine> engine, std::shared_ptr<poll_support> support, poll_id id)
        : engine_(std::move(engine)), support_(std::move(support)), id_(id) {}

    executor_type get_executor() const noexcept { return support_->strand; }
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return support_->signals[id_].slot();
    }
    allocator_type get_allocator() const noexcept {
        return allocator_type(std::shared_ptr<poll_memory>(support_, &support_->memory));
    }

    template <class Seen>
    void operator()(Seen seen) {
        if (const auto engine = engine_.lock()) {
            engine->poll_ended(id_, std::move(seen));
        }
    }

private:
    std::weak_ptr<Engine> engine_;
    std::shared_ptr<poll_support> support_;
    poll_id id_;
};

} // namespace roomport::wait_detail
