#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace roomport::detail {

/// Something with operations pending whose handlers may hold the very owner of those operations: a ring that nobody would
/// ever break once the context is gone that should have run them.
class shutdown_listener {
public:
    shutdown_listener() = default;
    shutdown_listener(const shutdown_listener&) = delete;
    shutdown_listener& operator=(const shutdown_listener&) = delete;
    virtual ~shutdown_listener() = default;

    /// The context is being destroyed, and nothing runs in it any more: to drop every handler, without calling it.
    virtual void context_shuts_down() = 0;
};

/// Tells its listeners when their context is being destroyed.
class shutdown_service final : public boost::asio::execution_context::service {
public:
    using key_type = shutdown_service;
    inline static boost::asio::execution_context::id id;

    explicit shutdown_service(boost::asio::execution_context& owner)
        : boost::asio::execution_context::service(owner) {}

    void watch(std::weak_ptr<shutdown_listener> listener) {
        const std::lock_guard lock(mutex_);
        std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
        listeners_.push_back(std::move(listener));
    }

private:
    void shutdown() override {
        std::vector<std::weak_ptr<shutdown_listener>> told;
        {
            const std::lock_guard lock(mutex_);
            told.swap(listeners_);
        }
        for (const auto& each : told) {
            if (const auto listener = each.lock()) {
                listener->context_shuts_down();
            }
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<shutdown_listener>> listeners_;
};

/// Has a listener told when the context of an executor is destroyed; it is not kept alive for that.
inline void watch_shutdown(const boost::asio::any_io_executor& executor,
                           std::weak_ptr<shutdown_listener> listener) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    boost::asio::use_service<shutdown_service>(context).watch(std::move(listener));
}

} // namespace roomport::detail
