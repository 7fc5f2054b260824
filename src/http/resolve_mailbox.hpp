#pragma once

#include <roomport/error.hpp>
#include <roomport/http/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace roomport::http::detail {

/// Where the outcomes of look-ups arrive, from any thread, on their way to a pool's executor.
///
/// A look-up can't be cancelled and may end long after the pool and its io_context are gone. A closed mailbox drops it.
class resolve_mailbox {
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

    /// From now on everything is dropped; the executor isn't touched any more.
    void close() {
        const std::lock_guard lock(mutex_);
        executor_.reset();
    }

private:
    std::mutex mutex_;
    std::optional<boost::asio::any_io_executor> executor_;
};

/// Closes the mailboxes of a context before the context goes, whoever forgot to.
class resolve_mailbox_service final : public boost::asio::execution_context::service {
public:
    using key_type = resolve_mailbox_service;
    inline static boost::asio::execution_context::id id;

    explicit resolve_mailbox_service(boost::asio::execution_context& owner)
        : boost::asio::execution_context::service(owner) {}

    void watch(const std::shared_ptr<resolve_mailbox>& mailbox) {
        const std::lock_guard lock(mutex_);
        std::erase_if(mailboxes_, [](const auto& each) { return each.expired(); });
        mailboxes_.push_back(mailbox);
    }

private:
    void shutdown() override {
        const std::lock_guard lock(mutex_);
        for (const auto& each : mailboxes_) {
            if (const auto mailbox = each.lock()) {
                mailbox->close();
            }
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<resolve_mailbox>> mailboxes_;
};

/// A mailbox that is closed at the latest when the executor's context ends.
inline std::shared_ptr<resolve_mailbox>
make_resolve_mailbox(const boost::asio::any_io_executor& executor) {
    auto mailbox = std::make_shared<resolve_mailbox>(executor);
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    boost::asio::use_service<resolve_mailbox_service>(context).watch(mailbox);
    return mailbox;
}

} // namespace roomport::http::detail
