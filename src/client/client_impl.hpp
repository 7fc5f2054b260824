#pragma once

#include "common/completion.hpp"
#include "common/context_shutdown.hpp"
#include "common/random_source.hpp"
#include "hathora/remembered_token.hpp"

#include <roomport/client/client.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace roomport {

namespace asio = boost::asio;

namespace hathora {
class room_observer;
}

class activity;
using activity_set = std::set<activity*>;

/// Something under way that `client::cancel` ends. Lives on the client's strand from when it enters until it leaves.
class activity {
public:
    activity() = default;
    activity(const activity&) = delete;
    activity& operator=(const activity&) = delete;
    virtual ~activity() = default;

    /// Makes it end soon with `operation_aborted`. On the strand.
    virtual void cancel() = 0;

protected:
    /// @param all where it is found from now on; a derived class leaves it before its own destructor ends.
    void enter(activity_set& all);
    /// Does nothing unless it has entered: what never did may end on any thread.
    void leave() noexcept;

private:
    activity_set* all_ = nullptr;
};

/// What a client is made of. Everything but `closed` is used on the strand only, once constructed.
struct client::impl final : detail::shutdown_listener {
    impl(asio::any_io_executor executor, client_options with);

    /// Cancels waits and activities, but not rooms being destroyed.
    void cancel_all();

    /// Counts a room being destroyed in the background, so that closing waits for it.
    void cleanup_began();
    void cleanup_ended();

    /// Once `async_close` was called: closes the connections and completes its callers when nothing is under way any more.
    void finish_closing();

    using closer = std::shared_ptr<detail::completion<error_code>>;

    /// Completes one of them before that. Does nothing if it was completed.
    void stop_closing(const closer& which);

    /// Tells `client_options::on_orphan`, if there is one. What it throws leaves through the `run()` of the context, and
    /// everything else goes on.
    void tell_orphan(const orphan& left);

    void context_shuts_down() override;

    /// Its token is not used, but @ref token.
    client_options options;
    /// Null: there is none.
    std::shared_ptr<hathora::remembered_token> token;
    asio::any_io_executor io_executor;
    asio::any_io_executor strand;
    std::shared_ptr<http::pool> connections;
    /// Null: the options have an observer of their own.
    std::shared_ptr<hathora::room_observer> rooms;
    /// There until the context ends.
    std::optional<wait_engine> waits;
    random_source random;
    activity_set activities;
    std::size_t cleanups = 0;
    bool is_closing = false;
    std::vector<closer> closers;
    // Read in initiating functions, on any thread.
    std::atomic<bool> closed = false;
};

} // namespace roomport
