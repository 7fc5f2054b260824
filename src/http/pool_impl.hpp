#pragma once

#include "common/completion.hpp"
#include "http/connection.hpp"
#include "http/dial.hpp"
#include "http/pool_state.hpp"
#include "http/resolve_mailbox.hpp"

#include <roomport/http/pool.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace roomport::http {

/// Carries out what `pool_state` decides. All but the functions marked so is used on the strand only.
struct pool::impl : public std::enable_shared_from_this<pool::impl> {
public:
    using completion = roomport::detail::completion<error_code, response>;

    impl(boost::asio::any_io_executor strand, boost::asio::any_io_executor io_executor,
         origin target, pool_options options);
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;
    ~impl();

    /// From any thread.
    void start(request wanted, body_sink& sink, pool::handler_type handler);
    /// From any thread.
    void cancel_all_later();
    /// From any thread.
    pool_metrics metrics() const;
    /// From any thread: nothing that other threads still do will touch the executor after this.
    void detach_from_resolver() { dialing_->mailbox->close(); }

    /// Ends all requests and connections, and each request that comes later.
    void shut_down();

    const origin& target() const noexcept { return dialing_->target; }
    const boost::asio::any_io_executor& strand() const noexcept { return strand_; }

private:
    class pending_request {
    public:
        pending_request(request what, body_sink& to, completion handler)
            : wanted(std::move(what)), sink(to), done(std::move(handler)) {}

        request wanted;
        body_sink& sink;
        completion done;
        response answer;
        time_point waiting_since = clock::now();
        bool was_assigned = false;
        bool was_resent = false;
    };

    class connection_slot {
    public:
        connection_slot() = default;

        std::shared_ptr<detail::dial> dialing;
        std::shared_ptr<detail::connection> established;
        /// Of the attempt that made the connection; told to the first request on it.
        phase_times dial_times;
    };

    error_code refuse(const request& wanted) const;
    void begin(detail::request_id id, std::unique_ptr<pending_request> wanted);
    void cancel(detail::request_id id);
    void cancel_all();
    void complete(detail::request_id id, error_code ec);
    void note_wait(pending_request& pending, const phase_times& dial_times) const;
    phase_times longest_dial_under_way() const;

    void run_actions();
    void run(const detail::open_connection& action);
    void run(const detail::close_connection& action);
    void run(const detail::start_exchange& action);
    void run(const detail::fail_request& action);

    void dial_ended(detail::connection_id id, error_code ec);
    void idle_ended(detail::connection_id id, bool stray);
    void exchange_ended(const detail::start_exchange& action,
                        const detail::exchange_outcome& outcome);
    void set_timer();
    void publish_metrics();

    boost::asio::any_io_executor strand_;
    boost::asio::any_io_executor io_executor_;
    std::string user_agent_;
    bool allow_plaintext_;
    std::shared_ptr<detail::dial_settings> dialing_;
    detail::pool_state state_;
    std::unordered_map<detail::request_id, std::unique_ptr<pending_request>> requests_;
    std::unordered_map<detail::connection_id, connection_slot> connections_;
    boost::asio::steady_timer timer_;
    std::optional<time_point> timer_set_for_;
    /// Of an attempt that failed with the last action, for the request that fails with the next.
    std::optional<phase_times> failed_dial_times_;
    bool running_actions_ = false;
    bool shut_down_ = false;
    std::atomic<detail::request_id> last_request_{0};
    pool_metrics counters_;
    mutable std::mutex metrics_mutex_;
    pool_metrics published_;
};

} // namespace roomport::http
