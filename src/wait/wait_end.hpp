#pragma once

#include "wait/pending_wait.hpp"

#include <roomport/wait/wait_result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace roomport::wait_detail {

/// How a wait ended, on its way to the caller. Destroyed before it arrives, it destroys the caller's handler uncalled.
class wait_end {
public:
    wait_end(error_code ec, wait_result result) noexcept;
    wait_end(const wait_end&) = delete;
    wait_end& operator=(const wait_end&) = delete;
    ~wait_end();

    /// Takes over a wait that @ref wait_owner::release let go.
    void adopt(pending_wait& wait) noexcept;

    /// Posts the caller's handler: to the executor of the I/O, and from there to its own. Strong guarantee when there
    /// is no memory.
    /// @param engine where there is no memory on the way, its `end_came_back` is called on the executor of the I/O.
    template <class Engine>
    static void post(const std::shared_ptr<wait_end>& end,
                     const boost::asio::any_io_executor& io_executor,
                     std::weak_ptr<Engine> engine) {
        // Here, where they were called, the caller's callbacks are destroyed too; and before the handler can run.
        end->wait_->drop_settings();
        boost::asio::post(io_executor, [kept = end, engine = std::move(engine)]() mutable {
            if (!dispatch(kept)) {
                if (const auto alive = engine.lock()) {
                    alive->end_came_back(std::move(kept));
                }
            }
        });
    }

private:
    /// @return whether there was memory for it; else `end` is as it was.
    static bool dispatch(std::shared_ptr<wait_end>& end);
    static void deliver(std::shared_ptr<wait_end> end);

    bool is_delivered_ = false;

    error_code ec_;
    wait_result result_;
    pending_pointer wait_;
};

/// The ends of waits until they are posted: where there is no memory for that, they are kept for another time.
class wait_end_queue {
public:
    wait_end_queue() = default;

    bool empty() const noexcept { return ends_.empty(); }

    /// Adds one. Strong guarantee when there is no memory.
    void add(std::shared_ptr<wait_end> end) { ends_.push_back(std::move(end)); }

    /// Adds one, and takes over a wait that @ref wait_owner::release let go. Strong guarantee when there is no memory.
    void add(pending_wait& wait, error_code ec, wait_result result);

    /// Posts them in their order.
    /// @return whether there was memory for all.
    template <class Engine>
    bool post_all(const boost::asio::any_io_executor& io_executor,
                  const std::weak_ptr<Engine>& engine) {
        std::size_t posted = 0;
        try {
            for (; posted < ends_.size(); ++posted) {
                wait_end::post(ends_[posted], io_executor, engine);
            }
        } catch (const std::bad_alloc&) {
            forget(posted);
            return false;
        } catch (...) {
            forget(posted + 1);
            throw;
        }
        forget(posted);
        return true;
    }

    /// Destroys the callers' handlers uncalled.
    void drop() noexcept { ends_.clear(); }

private:
    void forget(std::size_t oldest) noexcept;

    std::vector<std::shared_ptr<wait_end>> ends_;
};

} // namespace roomport::wait_detail
