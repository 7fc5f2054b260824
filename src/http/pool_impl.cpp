#include "http/pool_impl.hpp"

#include "http/ascii.hpp"
#include "http/request_text.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
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
    require(options.acquire_timeout >= duration{},
            "pool_options::acquire_timeout must not be negative");
    require(options.connect_timeout > duration{},
            "pool_options::connect_timeout must be more than zero");
    require(options.idle_timeout > duration{}, "pool_options::idle_timeout must be more than zero");
    require(std::none_of(options.user_agent.begin(), options.user_agent.end(), detail::is_control),
            "pool_options::user_agent must not contain control characters");
    detail::pool_state::settings result;
    result.max_connections = options.max_connections;
    result.max_waiting = options.max_waiting;
    result.acquire_timeout = options.acquire_timeout;
    result.connect_timeout = options.connect_timeout;
    result.idle_timeout = options.idle_timeout;
    return result;
}

} // namespace

pool::impl::impl(asio::any_io_executor strand, asio::any_io_executor io_executor, origin target,
                 pool_options options)
    : strand_(std::move(strand)), io_executor_(std::move(io_executor)),
      user_agent_(options.user_agent.empty() ? ROOMPORT_HTTP_AGENT : options.user_agent),
      allow_plaintext_(options.allow_plaintext),
      dialing_(std::make_shared<detail::dial_settings>()), state_(read_settings(options)),
      timer_(strand_) {
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

void pool::impl::start(request wanted, body_sink& sink, pool::handler_type handler) {
    const auto id = ++last_request_;
    completion done(io_executor_, std::move(handler));
    done.on_cancel(strand_, [weak = weak_from_this(), id] {
        if (const auto self = weak.lock()) {
            self->cancel(id);
        }
    });
    auto pending = std::make_unique<pending_request>(std::move(wanted), sink, std::move(done));
    asio::dispatch(strand_,
                   [self = shared_from_this(), id, pending = std::move(pending)]() mutable {
                       self->begin(id, std::move(pending));
                   });
}

error_code pool::impl::refuse(const request& wanted) const {
    if (shut_down_) {
        return asio::error::operation_aborted;
    }
    if (const auto ec = detail::check_request(wanted)) {
        return ec;
    }
    const auto& origin = dialing_->target;
    const bool needs_tls = !origin.is_loopback() && (!allow_plaintext_ || !wanted.token.empty());
    if (!origin.is_secure() && needs_tls) {
        return error::plaintext_refused;
    }
    return {};
}

void pool::impl::begin(detail::request_id id, std::unique_ptr<pending_request> wanted) {
    ++counters_.requests;
    const auto ec = refuse(wanted->wanted);
    const auto deadline = wanted->wanted.deadline;
    requests_.emplace(id, std::move(wanted));
    if (ec) {
        complete(id, ec);
        publish_metrics();
        return;
    }
    state_.add(id, deadline, clock::now());
    run_actions();
}

void pool::impl::cancel(detail::request_id id) {
    if (!requests_.contains(id)) {
        return;
    }
    auto& pending = *requests_.at(id);
    if (!pending.was_assigned) {
        note_wait(pending, longest_dial_under_way());
    }
    // The connection that may be reading for the request goes first.
    state_.remove(id, clock::now());
    run_actions();
    complete(id, asio::error::operation_aborted);
}

void pool::impl::cancel_all_later() {
    asio::post(strand_, [self = shared_from_this()] { self->cancel_all(); });
}

void pool::impl::cancel_all() {
    state_.end_all(asio::error::operation_aborted);
    run_actions();
}

void pool::impl::shut_down() {
    shut_down_ = true;
    cancel_all();
}

void pool::impl::complete(detail::request_id id, error_code ec) {
    const auto found = requests_.find(id);
    if (found == requests_.end()) {
        return;
    }
    const auto pending = std::move(found->second);
    requests_.erase(found);
    pending->done.post(ec, std::move(pending->answer));
}

void pool::impl::note_wait(pending_request& pending, const phase_times& dial_times) const {
    auto& times = pending.answer.times;
    times.resolve = dial_times.resolve;
    times.connect = dial_times.connect;
    times.handshake = dial_times.handshake;
    const auto waited = clock::now() - pending.waiting_since;
    const auto dialed = times.resolve + times.connect + times.handshake;
    times.queue = std::max(duration{}, waited - dialed);
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
    running_actions_ = true;
    while (const auto action = state_.next_action()) {
        std::visit([this](const auto& what) { run(what); }, *action);
    }
    running_actions_ = false;
    set_timer();
    publish_metrics();
}

void pool::impl::run(const detail::open_connection& action) {
    const auto id = action.connection;
    auto& slot = connections_[id];
    slot.dialing = std::make_shared<detail::dial>(strand_, dialing_, action.finish_by);
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
            failed_dial_times_ = slot.dialing->times();
        }
        slot.dialing->abort();
    }
    if (slot.established) {
        slot.established->close();
    }
}

void pool::impl::run(const detail::fail_request& action) {
    auto dial_times = std::exchange(failed_dial_times_, std::nullopt);
    const auto found = requests_.find(action.request);
    if (found == requests_.end()) {
        return;
    }
    auto& pending = *found->second;
    if (!pending.was_assigned) {
        note_wait(pending, dial_times ? *dial_times : longest_dial_under_way());
    }
    complete(action.request, action.error);
}

void pool::impl::run(const detail::start_exchange& action) {
    auto& slot = connections_.at(action.connection);
    auto& pending = *requests_.at(action.request);
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
        complete(action.request, error::bad_http);
        state_.finished(action.connection, false, now);
        return;
    }
    if (!dialing_->target.is_secure() && !pending.wanted.token.empty() &&
        !slot.established->peer_is_loopback()) {
        complete(action.request, error::plaintext_refused);
        state_.finished(action.connection, false, now);
        return;
    }
    note_wait(pending, slot.dial_times);
    slot.dial_times = phase_times();
    pending.was_assigned = true;
    pending.answer.on_reused_connection = action.reused;
    slot.established->exchange(
        detail::write_request(pending.wanted, dialing_->target, user_agent_), pending.answer,
        pending.sink, pending.wanted.body_limit,
        [weak = weak_from_this(), action](const detail::exchange_outcome& outcome) {
            if (const auto self = weak.lock()) {
                self->exchange_ended(action, outcome);
            }
        });
}

void pool::impl::dial_ended(detail::connection_id id, error_code ec) {
    const auto now = clock::now();
    if (ec) {
        state_.connect_failed(id, ec, now);
        run_actions();
        return;
    }
    auto& slot = connections_.at(id);
    auto stream = slot.dialing->take_channel();
    ++counters_.connections_opened;
    if (dialing_->tls) {
        ++(stream->resumed() ? counters_.handshakes_resumed : counters_.handshakes_full);
    }
    slot.dial_times = slot.dialing->times();
    slot.established = std::make_shared<detail::connection>(
        slot.dialing->take_socket(), std::move(stream), slot.dialing->peer_is_loopback());
    slot.dialing.reset();
    slot.established->start([weak = weak_from_this(), id](bool stray) {
        if (const auto self = weak.lock()) {
            self->idle_ended(id, stray);
        }
    });
    state_.connected(id, now);
    run_actions();
}

void pool::impl::idle_ended(detail::connection_id id, bool stray) {
    if (stray) {
        ++counters_.dropped_for_stray_bytes;
    }
    state_.lost(id, clock::now());
    run_actions();
}

void pool::impl::exchange_ended(const detail::start_exchange& action,
                                const detail::exchange_outcome& outcome) {
    const auto now = clock::now();
    auto& pending = *requests_.at(action.request);
    if (outcome.stray_bytes) {
        ++counters_.dropped_for_stray_bytes;
    }
    if (outcome.died_before_answer && action.reused && pending.wanted.repeatable &&
        !pending.was_resent) {
        pending.was_resent = true;
        pending.answer = response();
        ++counters_.resent;
        state_.retry_on_fresh(action.connection, now);
    } else {
        complete(action.request, outcome.error);
        state_.finished(action.connection, outcome.reusable, now);
    }
    run_actions();
}

void pool::impl::set_timer() {
    const auto next = state_.next_expiry();
    if (!next) {
        timer_set_for_.reset();
        timer_.cancel();
        return;
    }
    // A timer that is set too early only asks in vain; setting it anew for each request would cost more.
    if (timer_set_for_ && *timer_set_for_ <= *next) {
        return;
    }
    timer_set_for_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self) {
            return;
        }
        self->timer_set_for_.reset();
        self->state_.expire(clock::now());
        self->run_actions();
    });
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
