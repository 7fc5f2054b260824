#pragma once

#include "client/call.hpp"
#include "client/client_impl.hpp"

#include <roomport/client/create_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>

namespace roomport {

/// One create-and-wait under way.
///
/// The room's id is known before anything is sent. From the moment a creation may have reached the server until the wait
/// succeeds, every way out destroys the room.
class create_and_wait final : public activity,
                              public std::enable_shared_from_this<create_and_wait> {
public:
    using completion = detail::completion<error_code, created_room>;

    /// @param request         names the room's id.
    /// @param named_by_caller whether the caller chose that id, so that the room may be somebody else's.
    create_and_wait(std::shared_ptr<client::impl> owner, hathora::create_room_request request,
                    bool named_by_caller, create_options options, completion end);
    ~create_and_wait() override;

    /// Begins. On the strand, once.
    void start();

    void cancel() override;

private:
    /// What is known of the room on the server.
    enum class presence { absent, unknown, created };

    static asio::awaitable<void> run(std::shared_ptr<create_and_wait> self);
    asio::awaitable<error_code> create();
    asio::awaitable<error_code> wait();
    asio::awaitable<error_code> pause(const call_outcome& failed, unsigned failures);
    presence after_failure(const call_outcome& failed) const;
    bool take_if_ready(room_connection_data room);
    void tell_retry(const call_outcome& failed, time_point next) const;
    void leave_no_room_behind(error_code why);
    void finish(error_code ec);

    std::shared_ptr<client::impl> owner_;
    hathora::create_room_request request_;
    create_options options_;
    completion end_;
    created_room result_;
    presence presence_ = presence::absent;
    bool named_by_caller_;
    /// Whether the server said that this call made the room.
    bool confirmed_ = false;
    time_point started_;
    /// When the server said that it made the room: a moment that neither connecting nor queueing can blur. Not set where
    /// its answer was lost.
    std::optional<time_point> created_at_;
    time_point deadline_;
    asio::cancellation_signal stop_;
    bool running_ = false;
    bool cancelled_ = false;
    bool finished_ = false;
};

} // namespace roomport
