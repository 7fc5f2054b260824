// The half of pool::impl that lets exchanges in and out.

#include "http/pool_impl.hpp"
#include "http/request_text.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace roomport::http {

namespace asio = boost::asio;

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
    asio::dispatch(strand_, [self = shared_from_this(), pending = std::move(pending)]() mutable {
        self->begin(std::move(pending));
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
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(exchanges_.size()));
        exchanges_.emplace_back();
    }
    const auto place = free_slots_.back();
    free_slots_.pop_back();
    auto& slot = exchanges_[place];
    ++slot.turn;
    const auto id = (static_cast<detail::request_id>(slot.turn) << 32U) | place;
    what->id_ = id;
    slot.content = std::move(what);
    return id;
}

exchange* pool::impl::find(detail::request_id id) {
    const auto place = static_cast<std::uint32_t>(id);
    if (id == 0 || place >= exchanges_.size()) {
        return nullptr;
    }
    auto* const found = exchanges_[place].content.get();
    return found != nullptr && found->id_ == id ? found : nullptr;
}

std::shared_ptr<exchange> pool::impl::leave(detail::request_id id) {
    const auto place = static_cast<std::uint32_t>(id);
    auto gone = std::move(exchanges_[place].content);
    free_slots_.push_back(place);
    gone->id_ = 0;
    if (gone->answer.status == 0) {
        gone->answer.fields.clear();
    }
    return gone;
}

void pool::impl::forget(response& answer) {
    answer.status = 0;
    answer.times = phase_times();
    answer.arrived_at = time_point();
    answer.arrived_at_wall_time = std::chrono::system_clock::time_point();
    answer.on_reused_connection = false;
}

void pool::impl::begin(std::shared_ptr<exchange> what) {
    ++counters_.requests;
    auto& begun = *what;
    const auto now = clock::now();
    begun.waiting_since_ = now;
    begun.was_assigned_ = false;
    begun.was_resent_ = false;
    forget(begun.answer);
    const auto id = enter(std::move(what));
    if (const auto ec = refuse(begun.wanted)) {
        fail_later(id, ec);
        publish_metrics();
        return;
    }
    state_.add(id, begun.wanted.deadline, now);
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
    if (find(id) != nullptr) {
        asio::post(strand_, [gone = leave(id), ec] { gone->ended(ec); });
    }
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
