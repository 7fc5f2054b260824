#pragma once

#include <roomport/error.hpp>
#include <roomport/http/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace roomport::http::detail {

/// Where the outcomes of look-ups arrive, from any thread, on their way to a pool's executor.
///
/// A look-up can't be cancelled and may end long after the pool and its io_context are gone. A closed mailbox drops it.
class resolve_mailbox {
public:
    explicit resolve_mailbox(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)) {}

    /// Posts `work` to the executor, or drops it.
    template <class Work>
    void deliver(Work work) {
        const std::lock_guard lock(mutex_);
        if (executor_) {
            boost::asio::post(*executor_, std::move(work));
        }
    }

    /// From now on everything is dropped; the executor isn't touched any more.
    void close() {
        const std::lock_guard lock(mutex_);
        executor_.reset();
    }

private:
    std::mutex mutex_;
    std::optional<boost::asio::any_io_executor> executor_;
};

} // namespace roomport::http::detail
