// The half of pool::impl that lets exchanges in and out.

#include "http/pool_impl.hpp"
#include "http/request_text.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::http {

namespace asio = boost::asio;

namespace {

/// When the timer goes off first, unless there is something to do sooner.
constexpr duration first_look = std::chrono::seconds(1);

constexpr std::uint32_t place_of(detail::request_id id) noexcept {
    return static_cast<std::uint32_t>(id);
}

} // namespace

// An exchange that is made for one request and ends with the completion of its caller.
class pool::impl::pending_request final : public exchange {
public:
    pending_request(request what, body_sink& to, completion handler) : done_(std::move(handler)) {
        wanted = std::move(what);
        sink = &to;
    }

    void ended(error_code ec) override { done_.post(ec, std::move(answer)); }
    completion& done() noexcept { return done_; }

private:
    completion done_;
};

void pool::impl::start(request wanted, body_sink& sink, pool::handler_type handler) {
    auto pending = std::make_shared<pending_request>(std::move(wanted), sink,
                                                     completion(io_executor_, std::move(handler)));
    pending->done().on_cancel(
        strand_, [weak = weak_from_this(), one = std::weak_ptr<pending_request>(pending)] {
            const auto self = weak.lock();
            const auto cancelled = one.lock();
            if (self && cancelled) {
                self->cancel(*cancelled);
            }
        });
    asio::dispatch(strand_, [self = shared_from_this(), pending = std::move(pending)] {
        try {
            self->begin(pending);
        } catch (const std::bad_alloc&) {
            pending->ended(asio::error::no_memory);
        }
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

detail::request_id pool::impl::enter(std::shared_ptr<exchange> what) {
    if (first_free_ == no_slot) {
        exchanges_.emplace_back();
        first_free_ = static_cast<std::uint32_t>(exchanges_.size() - 1);
    }
    const auto place = first_free_;
    auto& slot = exchanges_[place];
    first_free_ = slot.next;
    ++slot.turn;
    const auto id = (static_cast<detail::request_id>(slot.turn) << 32U) | place;
    what->id_ = id;
    slot.content = std::move(what);
    return id;
}

exchange* pool::impl::find(detail::request_id id) {
    const auto place = place_of(id);
    if (id == 0 || place >= exchanges_.size()) {
        return nullptr;
    }
    auto* const found = exchanges_[place].content.get();
    return found != nullptr && found->id_ == id ? found : nullptr;
}

std::shared_ptr<exchange> pool::impl::leave(std::uint32_t place) {
    auto& slot = exchanges_[place];
    auto gone = std::move(slot.content);
    slot.next = first_free_;
    first_free_ = place;
    gone->id_ = 0;
    if (gone->answer.status == 0) {
        gone->answer.fields.clear();
    }
    return gone;
}

void pool::impl::forget(response& answer) {
    answer.status = 0;
    answer.problem.clear();
    answer.times = phase_times();
    answer.arrived_at = time_point();
    answer.arrived_at_wall_time = std::chrono::system_clock::time_point();
    answer.on_reused_connection = false;
}

void pool::impl::begin(std::shared_ptr<exchange> what) {
    auto& begun = *what;
    const auto now = clock::now();
    begun.waiting_since_ = now;
    begun.was_assigned_ = false;
    begun.was_resent_ = false;
    forget(begun.answer);
    // Memory may be missing for all that follows: what there is none for falls back on the timer.
    if (!timer_set_for_) {
        set_timer(std::min(begun.wanted.deadline, now + first_look));
    }
    const auto id = enter(std::move(what));
    if (const auto ec = refuse(begun.wanted)) {
        fail_later(id, ec);
    } else {
        try {
            state_.add(id,
                       detail::request_terms{begun.wanted.request_class, begun.wanted.is_urgent,
                                             begun.wanted.deadline, begun.wanted.attempt_timeout},
                       now);
        } catch (const std::bad_alloc&) {
            leave(place_of(id));
            throw;
        }
    }
    ++counters_.requests;
    run_actions();
}

void pool::impl::cancel(exchange& what) {
    const auto id = what.id_;
    if (find(id) != &what) {
        return;
    }
    const auto now = clock::now();
    if (!what.was_assigned_) {
        note_wait(what, longest_dial_under_way(), now);
    }
    // The connection that may be reading for the request goes first.
    state_.remove(id, now);
    run_actions();
    fail_later(id, asio::error::operation_aborted);
}

void pool::impl::fail_later(detail::request_id id, error_code ec) {
    auto* const failed = find(id);
    if (failed == nullptr) {
        return;
    }
    failed->id_ = 0;
    const auto place = place_of(id);
    exchanges_[place].failure = ec;
    exchanges_[place].next = no_slot;
    if (first_failed_ == no_slot) {
        first_failed_ = place;
    } else {
        exchanges_[last_failed_].next = place;
    }
    last_failed_ = place;
    tell_failures_later();
}

void pool::impl::tell_failures_later() {
    if (!is_behind_with_failures()) {
        return;
    }
    try {
        asio::post(strand_, [self = shared_from_this()] {
            self->will_tell_failures_ = false;
            self->tell_failure();
        });
        will_tell_failures_ = true;
    } catch (const std::bad_alloc&) {
        set_timer();
    }
}

// One at a time, so that what follows from its end has its turn, and one that throws keeps none back.
void pool::impl::tell_failure() {
    const auto place = first_failed_;
    if (place == no_slot) {
        return;
    }
    first_failed_ = exchanges_[place].next;
    const auto ec = exchanges_[place].failure;
    const auto ended = leave(place);
    tell_failures_later();
    ended->ended(ec);
}

void pool::impl::note_wait(exchange& waiting, const phase_times& dial_times, time_point now) const {
    auto& times = waiting.answer.times;
    times.resolve = dial_times.resolve;
    times.connect = dial_times.connect;
    times.handshake = dial_times.handshake;
    const auto waited = now - waiting.waiting_since_;
    const auto dialed = times.resolve + times.connect + times.handshake;
    times.queue = std::max(duration{}, waited - dialed);
}

} // namespace roomport::http
