#pragma once

#include "common/context_shutdown.hpp"

#include <roomport/error.hpp>
#include <roomport/http/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace roomport::http::detail {

/// Where the outcomes of look-ups arrive, from any thread, on their way to a pool's executor.
///
/// A look-up can't be cancelled and may end long after the pool and its io_context are gone. A closed mailbox drops it.
class resolve_mailbox final : public roomport::detail::shutdown_listener {
public:
    explicit resolve_mailbox(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)) {}

    /// Posts `work` to the executor, or drops it, also when there is no memory for it: what waits for it has a limit.
    template <class Work>
    void deliver(Work work) {
        const std::lock_guard lock(mutex_);
        if (executor_) {
            try {
                boost::asio::post(*executor_, std::move(work));
            } catch (const std::bad_alloc&) {
                return;
            }
        }
    }

    void context_shuts_down() override { close(); }

    /// From now on everything is dropped; the executor isn't touched any more.
    void close() {
        const std::lock_guard lock(mutex_);
        executor_.reset();
    }

private:
    std::mutex mutex_;
    std::optional<boost::asio::any_io_executor> executor_;
};

/// A mailbox that is closed at the latest when the executor's context ends.
inline std::shared_ptr<resolve_mailbox>
make_resolve_mailbox(const boost::asio::any_io_executor& executor) {
    auto mailbox = std::make_shared<resolve_mailbox>(executor);
    roomport::detail::watch_shutdown(executor, mailbox);
    return mailbox;
}

} // namespace roomport::http::detail
