#include "http/pool_impl.hpp"

#include "http/ascii.hpp"
#include "http/request_text.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <new>
#include <utility>
#include <variant>

namespace roomport::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_connections = 10'000;

void require(bool condition, const char* what) {
    if (!condition) {
        throw boost::system::system_error(error::invalid_argument, what);
    }
}

detail::pool_state::settings read_settings(const pool_options& options) {
    require(options.max_connections >= 1 && options.max_connections <= most_connections,
            "pool_options::max_connections must be 1 to 10,000");
    require(options.poll_connections < options.max_connections,
            "pool_options::poll_connections must be below max_connections");
    require(options.acquire_timeout >= duration{},
            "pool_options::acquire_timeout must not be negative");
    require(options.connect_timeout > duration{},
            "pool_options::connect_timeout must be more than zero");
    require(options.idle_timeout > duration{}, "pool_options::idle_timeout must be more than zero");
    require(std::none_of(options.user_agent.begin(), options.user_agent.end(), detail::is_control),
            "pool_options::user_agent must not contain control characters");
    detail::pool_state::settings result;
    result.max_connections = options.max_connections;
    result.poll_connections = options.poll_connections;
    result.max_waiting = options.max_waiting;
    result.acquire_timeout = options.acquire_timeout;
    result.connect_timeout = options.connect_timeout;
    result.idle_timeout = options.idle_timeout;
    return result;
}

class actions_held {
public:
    explicit actions_held(bool& flag) : flag_(flag) { flag_ = true; }
    actions_held(const actions_held&) = delete;
    actions_held& operator=(const actions_held&) = delete;
    ~actions_held() { flag_ = false; }

private:
    bool& flag_;
};

} // namespace

pool::impl::impl(asio::any_io_executor strand, asio::any_io_executor io_executor, origin target,
                 pool_options options)
    : strand_(std::move(strand)), io_executor_(std::move(io_executor)),
      common_fields_(detail::common_fields(target, options.user_agent.empty()
                                                       ? std::string_view(ROOMPORT_HTTP_AGENT)
                                                       : std::string_view(options.user_agent))),
      allow_plaintext_(options.allow_plaintext),
      dialing_(std::make_shared<detail::dial_settings>()), state_(read_settings(options)),
      timer_(strand_), timer_memory_(std::make_shared<roomport::detail::handler_memory>()) {
    require(!target.host().empty(), "the pool needs an origin");
    if (target.is_secure()) {
        // Two tickets come with each handshake; one a connection is enough to resume them all.
        dialing_->tls =
            std::make_shared<detail::tls_context>(target, options.tls, options.max_connections);
    }
    dialing_->loopback_only = !target.is_secure() && !allow_plaintext_;
    dialing_->target = std::move(target);
    dialing_->resolver = options.resolver ? std::move(options.resolver) : system_resolver();
    dialing_->mailbox = detail::make_resolve_mailbox(strand_);
}

pool::impl::~impl() = default;

void pool::impl::cancel_all_later() {
    asio::post(strand_, [self = shared_from_this()] { self->cancel_all(); });
}

void pool::impl::cancel_all() {
    bool was_all = false;
    while (!was_all) {
        was_all = state_.end_all(asio::error::operation_aborted);
        run_actions();
    }
}

void pool::impl::shut_down() {
    shut_down_ = true;
    cancel_all();
}

// The handler of a pending exchange may hold the pool, directly or not.
void pool::impl::context_shuts_down() {
    shut_down_ = true;
    first_free_ = no_slot;
    first_failed_ = no_slot;
    const auto dropped = std::exchange(exchanges_, {});
}

phase_times pool::impl::longest_dial_under_way() const {
    detail::connection_id oldest = 0;
    phase_times times;
    for (const auto& [id, slot] : connections_) {
        if (slot.dialing && (oldest == 0 || id < oldest)) {
            oldest = id;
            times = slot.dialing->times();
        }
    }
    return times;
}

void pool::impl::run_actions() {
    if (running_actions_) {
        return;
    }
    {
        const actions_held hold(running_actions_);
        while (const auto action = state_.next_action()) {
            std::visit([this](const auto& what) { run(what); }, *action);
        }
    }
    tell_failures_later();
    set_timer();
    publish_metrics();
}

void pool::impl::run(const detail::open_connection& action) {
    try {
        open(action.connection, action.finish_by);
    } catch (const std::bad_alloc&) {
        state_.connect_failed(action.connection, asio::error::no_memory, clock::now());
    }
}

void pool::impl::open(detail::connection_id id, time_point finish_by) {
    auto& slot = connections_[id];
    slot.dialing = std::make_shared<detail::dial>(strand_, dialing_, finish_by);
    slot.dialing->start([weak = weak_from_this(), id](error_code ec) {
        if (const auto self = weak.lock()) {
            self->dial_ended(id, ec);
        }
    });
}

void pool::impl::run(const detail::close_connection& action) {
    const auto found = connections_.find(action.connection);
    if (found == connections_.end()) {
        return;
    }
    const auto slot = std::move(found->second);
    connections_.erase(found);
    if (slot.dialing) {
        if (action.attempt_failed) {
            ++counters_.connections_failed;
        }
        slot.dialing->abort();
    }
    if (slot.established) {
        slot.established->close();
    }
}

void pool::impl::run(const detail::fail_request& action) {
    auto* const failed = find(action.request);
    if (failed == nullptr) {
        return;
    }
    if (!failed->was_assigned_) {
        const auto attempt = connections_.find(action.attempt);
        const bool is_known = attempt != connections_.end() && attempt->second.dialing;
        note_wait(*failed, is_known ? attempt->second.dialing->times() : longest_dial_under_way(),
                  clock::now());
        if (is_known) {
            failed->answer.problem = attempt->second.dialing->problem();
        }
    }
    fail_later(action.request, action.error);
}

void pool::impl::run(const detail::start_exchange& action) {
    auto& slot = connections_.at(action.connection);
    auto* const started = find(action.request);
    if (started == nullptr) {
        // It was cancelled meanwhile, and the connection will be closed.
        return;
    }
    auto& begun = *started;
    const auto found = slot.established->inspect();
    const auto now = clock::now();
    if (found == detail::connection::condition::spoke) {
        ++counters_.dropped_for_stray_bytes;
    }
    if (action.reused && found != detail::connection::condition::quiet) {
        state_.retry_unsent(action.connection, now);
        return;
    }
    if (found == detail::connection::condition::spoke) {
        give_up(action, error::bad_http, now);
        return;
    }
    if (!dialing_->target.is_secure() && !begun.wanted.token.empty() &&
        !slot.established->peer_is_loopback()) {
        give_up(action, error::plaintext_refused, now);
        return;
    }
    note_wait(begun, slot.dial_times, now);
    slot.dial_times = phase_times();
    slot.current = action;
    begun.was_assigned_ = true;
    begun.answer.on_reused_connection = action.reused;
    try {
        detail::write_request(slot.established->request_text(), begun.wanted, common_fields_);
        slot.established->exchange(begun.answer, *begun.sink, begun.wanted.body_limit, now);
    } catch (const std::bad_alloc&) {
        give_up(action, asio::error::no_memory, now);
    }
}

void pool::impl::give_up(const detail::start_exchange& action, error_code ec, time_point now) {
    fail_later(action.request, ec);
    state_.finished(action.connection, false, now);
}

void pool::impl::dial_ended(detail::connection_id id, error_code ec) {
    const auto now = clock::now();
    try {
        if (!ec) {
            establish(id, connections_.at(id));
        }
    } catch (const std::bad_alloc&) {
        ec = asio::error::no_memory;
    }
    if (ec) {
        state_.connect_failed(id, ec, now);
    } else {
        state_.connected(id, now);
    }
    run_actions();
}

void pool::impl::establish(detail::connection_id id, connection_slot& slot) {
    auto stream = slot.dialing->take_transport();
    const bool was_resumed = stream->resumed();
    slot.dial_times = slot.dialing->times();
    slot.established = std::make_shared<detail::connection>(
        slot.dialing->take_socket(), std::move(stream), slot.dialing->peer_is_loopback());
    slot.established->start(
        [weak = weak_from_this(), id](bool stray) {
            if (const auto self = weak.lock()) {
                self->idle_ended(id, stray);
            }
        },
        [weak = weak_from_this(), id](const detail::exchange_outcome& outcome) {
            if (const auto self = weak.lock()) {
                self->exchange_ended(id, outcome);
            }
        });
    slot.dialing.reset();
    ++counters_.connections_opened;
    if (dialing_->tls) {
        ++(was_resumed ? counters_.handshakes_resumed : counters_.handshakes_full);
    }
}

void pool::impl::idle_ended(detail::connection_id id, bool stray) {
    if (stray) {
        ++counters_.dropped_for_stray_bytes;
    }
    state_.lost(id, clock::now());
    run_actions();
}

void pool::impl::exchange_ended(detail::connection_id id, const detail::exchange_outcome& outcome) {
    const auto action = connections_.at(id).current;
    auto& ending = *find(action.request);
    if (outcome.stray_bytes) {
        ++counters_.dropped_for_stray_bytes;
    }
    if (outcome.died_before_answer && action.reused && ending.wanted.repeatable &&
        !ending.was_resent_) {
        ending.was_resent_ = true;
        forget(ending.answer);
        ++counters_.resent;
        state_.retry_on_fresh(id, outcome.at);
        run_actions();
        return;
    }
    const auto ended = leave(static_cast<std::uint32_t>(action.request));
    state_.finished(id, outcome.reusable, outcome.at);
    try {
        // What follows from the end, another exchange perhaps, waits for its turn.
        const actions_held hold(running_actions_);
        ended->ended(outcome.error);
    } catch (...) {
        run_actions();
        throw;
    }
    run_actions();
}

void pool::impl::set_timer() {
    auto next = state_.next_expiry();
    const bool is_behind = is_behind_with_failures();
    if (is_behind) {
        const auto soon = clock::now() + detail::pause_after_failure;
        next = next ? std::min(*next, soon) : soon;
    }
    if (!next) {
        timer_set_for_.reset();
        timer_.cancel();
        return;
    }
    // A timer that is set too early only asks in vain; setting it anew for each request would cost more.
    // It must be one that keeps the pool while there is a failure to tell.
    if (timer_set_for_ && *timer_set_for_ <= *next && !is_behind) {
        return;
    }
    try {
        set_timer(*next);
    } catch (const std::bad_alloc&) {
        // The end of the wait that this one would follow, or whatever else comes next, tries again.
    }
}

void pool::impl::set_timer(time_point when) {
    timer_set_for_.reset();
    timer_.expires_at(when);
    // While there is a failure to tell, the pool outlives its owner for it.
    timer_.async_wait(asio::bind_allocator(
        roomport::detail::handler_allocator<>(*timer_memory_),
        [weak = weak_from_this(), kept = is_behind_with_failures() ? shared_from_this() : nullptr,
         memory = timer_memory_](error_code cancelled) {
            if (const auto self = weak.lock()) {
                self->timer_ended(cancelled);
            }
        }));
    timer_set_for_ = when;
}

void pool::impl::timer_ended(error_code cancelled) {
    if (!cancelled) {
        timer_set_for_.reset();
        state_.expire(clock::now());
        run_actions();
    } else if (!timer_set_for_) {
        set_timer();
    }
}

void pool::impl::publish_metrics() {
    counters_.connecting = state_.connecting();
    counters_.idle = state_.idle();
    counters_.busy = state_.busy();
    counters_.waiting = state_.waiting();
    const std::lock_guard lock(metrics_mutex_);
    published_ = counters_;
}

pool_metrics pool::impl::metrics() const {
    const std::lock_guard lock(metrics_mutex_);
    return published_;
}

} // namespace roomport::http
