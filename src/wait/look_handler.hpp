#pragma once

#include "wait/look_memory.hpp"
#include "wait/wait_actions.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <deque>
#include <memory>
#include <utility>

namespace roomport::wait_detail {

/// What looks under way need of the engine, apart from it: an observer that winds down may touch a slot, or let go of
/// a handler, after the engine has gone.
class look_support {
public:
    explicit look_support(boost::asio::any_io_executor executor) : strand(std::move(executor)) {}

    const boost::asio::any_io_executor strand;
    std::deque<boost::asio::cancellation_signal> signals;
    look_memory memory;
};

/// The handler that an observer is given: what it brings goes to `Engine::look_ended`, if the engine is still there.
template <class Engine>
class look_handler {
public:
    using executor_type = boost::asio::any_io_executor;
    using cancellation_slot_type = boost::asio::cancellation_slot;
    using allocator_type = look_allocator<void>;

    look_handler(std::weak_ptr<Engine> engine, std::shared_ptr<look_support> support, look_id id)
        : engine_(std::move(engine)), support_(std::move(support)), id_(id) {}

    executor_type get_executor() const noexcept { return support_->strand; }
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return support_->signals[id_].slot();
    }
    allocator_type get_allocator() const noexcept {
        return allocator_type(std::shared_ptr<look_memory>(support_, &support_->memory));
    }

    template <class Seen>
    void operator()(Seen seen) {
        if (const auto engine = engine_.lock()) {
            engine->look_ended(id_, std::move(seen));
        }
    }

private:
    std::weak_ptr<Engine> engine_;
    std::shared_ptr<look_support> support_;
    look_id id_;
};

} // namespace roomport::wait_detail
