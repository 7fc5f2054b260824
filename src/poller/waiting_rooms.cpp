#include "poller/waiting_rooms.hpp"

#include "poller/answers.hpp"
#include "poller/poll_result.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::poller {

namespace asio = boost::asio;

waiting_rooms::waiting_rooms(asio::io_context& context, client_options client,
                             wait_options defaults, std::size_t most_rooms, log& log,
                             metrics& metrics, printer print)
    : client_(context.get_executor(), std::move(client)), defaults_(std::move(defaults)), log_(log),
      metrics_(metrics), print_(std::move(print)), table_(most_rooms), timer_(context),
      timer_memory_(std::make_shared<httpd::handler_memory>()) {}

bool waiting_rooms::add(std::string_view room, std::optional<duration> timeout) {
    using kind = room_table::registration::kind;
    const auto registered = table_.add(room, clock::now());
    if (registered.what == kind::begun) {
        try {
            begin(room, registered.number, timeout);
        } catch (...) {
            // Out of memory: nobody would ever end this wait.
            waits_.erase(registered.number);
            table_.remove(room);
            throw;
        }
        log_.debug("room_registered", json::object_writer().member("roomId", room));
    }
    return registered.what != kind::full;
}

void waiting_rooms::begin(std::string_view room, room_table::ticket number,
                          std::optional<duration> timeout) {
    auto options = defaults_;
    options.timeout = timeout.value_or(options.timeout);
    options.on_progress = [this, number](const wait_event& event) {
        take(number, event);
    };
    std::string name(room);
    const auto slot = waits_[number].slot();
    client_.async_wait_active(
        name, std::move(options),
        asio::bind_cancellation_slot(
            slot, [this, name, number](error_code ec, const wait_result& result) {
                ended(name, number, ec, result);
            }));
}

bool waiting_rooms::remove(std::string_view room) {
    auto removed = table_.remove(room);
    if (removed.abandoned) {
        const auto wait = waits_.find(*removed.abandoned);
        if (wait != waits_.end()) {
            wait->second.emit(asio::cancellation_type::terminal);
        }
    }
    give(removed.released);
    return removed.known;
}

void waiting_rooms::answer(const std::string& room, duration patience,
                           const std::shared_ptr<httpd::responder>& responder) {
    const auto known = table_.find(room);
    if (!known || known->result != nullptr || patience == duration::zero()) {
        responder->send(now(room));
        return;
    }
    if (!responder->hold(1)) {
        return;
    }
    const auto number = table_.hold_answer(room, clock::now() + patience);
    try {
        held_.emplace(number, held(room, responder));
    } catch (...) {
        table_.drop(number);
        throw;
    }
    responder->on_abandoned([this, number] {
        table_.drop(number);
        held_.erase(number);
    });
    arm();
}

void waiting_rooms::stop(std::function<void()> done) {
    client_.async_close([done = std::move(done)](error_code) { done(); });
    give(table_.release_all());
}

duration waiting_rooms::until_place() const {
    const auto next = table_.next_expiry();
    return next == time_point::max() ? duration::zero()
                                     : std::max(next - clock::now(), duration::zero());
}

void waiting_rooms::describe(metrics_snapshot& to) const {
    to.rooms_waiting = table_.waiting();
    to.rooms_done = table_.done();
    to.rooms_limit = table_.most_rooms();
    to.held_answers = table_.held();
    to.pool = client_.pool_metrics();
    to.waits = client_.wait_metrics();
}

void waiting_rooms::take(room_table::ticket number, const wait_event& event) {
    switch (event.what) {
    case wait_event::kind::polled:
        metrics_.polled(event.status == "starting" ? "starting" : "unknown");
        break;
    case wait_event::kind::retrying:
        metrics_.polled(event.error.failed() ? poll_result(event.error) : "unknown");
        break;
    case wait_event::kind::ready:
        metrics_.polled("active");
        break;
    }
    table_.note(event.key, number, event.status, event.polls);
}

void waiting_rooms::ended(const std::string& room, room_table::ticket number, error_code ec,
                          const wait_result& result) {
    waits_.erase(number);
    if (ec == asio::error::operation_aborted) {
        metrics_.wait_ended("cancelled", result.evidence.elapsed, result.evidence.times);
        return;
    }
    std::optional<room_table::holds> released;
    try {
        released = table_.finish(room, number, to_result(room, ec, result), clock::now());
    } catch (const std::bad_alloc&) {
        // Whoever asks is told that the room is not known, and may register it anew.
        give(table_.abandon(room, number));
        throw;
    }
    if (released) {
        give(*released);
        arm();
    }
    const auto outcome = outcome_word(ec);
    metrics_.wait_ended(outcome, result.evidence.elapsed, result.evidence.times);
    if (outcome == "never" || outcome == "error") {
        metrics_.polled(poll_result(ec));
    }
    if (released) {
        tell(room, ec, result);
    }
}

void waiting_rooms::tell(const std::string& room, error_code ec, const wait_result& result) {
    const auto& evidence = result.evidence;
    json::object_writer fields;
    fields.member("roomId", room).member("polls", evidence.polls);
    fields.member("elapsedMs",
                  std::chrono::duration_cast<std::chrono::milliseconds>(evidence.elapsed).count());
    if (!ec) {
        print_(table_.find(room)->result->body);
        log_.info("room_ready", fields);
        return;
    }
    fields.member("error", word(classify(ec))).member("message", ec.message());
    fields.member("details", evidence.last_message).member("httpStatus", evidence.http_status);
    log_.warning("room_failed", fields);
}

void waiting_rooms::give(const room_table::holds& released) {
    for (const auto number : released) {
        const auto found = held_.extract(number);
        if (found.empty()) {
            continue;
        }
        try {
            found.mapped().responder->send(now(found.mapped().room));
        } catch (const std::bad_alloc&) {
            // Let go without an answer this caller is told 500, and the others get theirs.
        }
    }
}

httpd::response waiting_rooms::now(const std::string& room) const {
    const auto known = table_.find(room);
    if (!known) {
        return refusal(404, error::invalid_argument,
                       "this room is not known here: register it with POST /v1/rooms; results are "
                       "kept for 10 minutes",
                       room);
    }
    return to_response(room, *known, clock::now());
}

void waiting_rooms::advance() {
    armed_for_ = time_point::max();
    give(table_.advance(clock::now()));
    arm();
}

void waiting_rooms::arm() {
    const auto due = table_.next_due();
    if (due >= armed_for_) {
        return;
    }
    armed_for_ = time_point::max();
    timer_.expires_at(due);
    timer_.async_wait(asio::bind_allocator(httpd::handler_allocator<>(*timer_memory_),
                                           [this, memory = timer_memory_](error_code ec) {
                                               if (!ec) {
                                                   advance();
                                               }
                                           }));
    armed_for_ = due;
}

} // namespace roomport::poller
