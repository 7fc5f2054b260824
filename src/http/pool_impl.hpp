#pragma once

#include "common/completion.hpp"
#include "common/context_shutdown.hpp"
#include "common/handler_memory.hpp"
#include "http/connection.hpp"
#include "http/dial.hpp"
#include "http/pool_state.hpp"
#include "http/resolve_mailbox.hpp"

#include <roomport/http/exchange.hpp>
#include <roomport/http/pool.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomport::http {

/// Carries out what `pool_state` decides. All but the functions marked so is used on the strand only.
struct pool::impl : public std::enable_shared_from_this<pool::impl>,
                    public roomport::detail::shutdown_listener {
public:
    using completion = roomport::detail::completion<error_code, response>;

    impl(boost::asio::any_io_executor strand, boost::asio::any_io_executor io_executor,
         origin target, pool_options options);
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;
    ~impl() override;

    /// From any thread.
    void start(request wanted, body_sink& sink, pool::handler_type handler);
    void begin(std::shared_ptr<exchange> what);
    void cancel(exchange& what);
    /// From any thread.
    void cancel_all_later();
    std::size_t places(request_class of) const { return state_.places(of); }
    /// From any thread.
    pool_metrics metrics() const;
    /// From any thread: nothing that other threads still do will touch the executor after this.
    void detach_from_resolver() { dialing_->mailbox->close(); }

    /// Ends all requests and connections, and each request that comes later.
    void shut_down();

    void context_shuts_down() override;

    const origin& target() const noexcept { return dialing_->target; }
    const boost::asio::any_io_executor& strand() const noexcept { return strand_; }

private:
    class pending_request;

    static constexpr auto no_slot = static_cast<std::uint32_t>(-1);

    /// Where an exchange stands until its end is told; free without one.
    class exchange_slot {
    public:
        exchange_slot() = default;

        std::shared_ptr<exchange> content;
        /// Distinguishes those that follow each other in a slot.
        std::uint32_t turn = 0;
        /// In the list of the free ones, or in that of the failed ones.
        std::uint32_t next = no_slot;
        /// Of one that has failed.
        error_code failure;
    };

    class connection_slot {
    public:
        connection_slot() = default;

        std::shared_ptr<detail::dial> dialing;
        std::shared_ptr<detail::connection> established;
        /// Of the attempt that made the connection; told to the first request on it.
        phase_times dial_times;
        /// What the connection is doing.
        detail::start_exchange current;
    };

    error_code refuse(const request& wanted) const;
    /// Makes an answer one of which nothing is known; the fields stay where they are, for their memory.
    static void forget(response& answer);
    detail::request_id enter(std::shared_ptr<exchange> what);
    exchange* find(detail::request_id id);
    std::shared_ptr<exchange> leave(std::uint32_t place);
    void cancel_all();
    /// Ends an exchange, not inline: its owner may be the caller.
    void fail_later(detail::request_id id, error_code ec);
    void tell_failures_later();
    void tell_failure();
    bool is_behind_with_failures() const noexcept {
        return first_failed_ != no_slot && !will_tell_failures_;
    }
    void note_wait(exchange& waiting, const phase_times& dial_times, time_point now) const;
    phase_times longest_dial_under_way() const;

    void run_actions();
    void run(const detail::open_connection& action);
    void run(const detail::close_connection& action);
    void run(const detail::start_exchange& action);
    void run(const detail::fail_request& action);
    void open(detail::connection_id id, time_point finish_by);
    /// Ends a request that has a connection but is not sent on it, and the connection with it.
    void give_up(const detail::start_exchange& action, error_code ec, time_point now);

    void establish(detail::connection_id id, connection_slot& slot);
    void dial_ended(detail::connection_id id, error_code ec);
    void idle_ended(detail::connection_id id, bool stray);
    void exchange_ended(detail::connection_id id, const detail::exchange_outcome& outcome);
    void set_timer();
    /// @throws std::bad_alloc; it is not set then.
    void set_timer(time_point when);
    void timer_ended(error_code cancelled);
    void publish_metrics();

    boost::asio::any_io_executor strand_;
    boost::asio::any_io_executor io_executor_;
    std::string common_fields_;
    bool allow_plaintext_;
    std::shared_ptr<detail::dial_settings> dialing_;
    detail::pool_state state_;
    std::vector<exchange_slot> exchanges_;
    std::uint32_t first_free_ = no_slot;
    std::uint32_t first_failed_ = no_slot;
    std::uint32_t last_failed_ = no_slot;
    bool will_tell_failures_ = false;
    std::unordered_map<detail::connection_id, connection_slot> connections_;
    boost::asio::steady_timer timer_;
    /// Apart, because an operation of the timer may outlive the pool.
    std::shared_ptr<roomport::detail::handler_memory> timer_memory_;
    std::optional<time_point> timer_set_for_;
    bool running_actions_ = false;
    bool shut_down_ = false;
    pool_metrics counters_;
    mutable std::mutex metrics_mutex_;
    pool_metrics published_;
};

} // namespace roomport::http
