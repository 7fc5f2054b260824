#include "client/create_and_wait.hpp"

#include "client/await_call.hpp"
#include "client/call_back.hpp"
#include "client/destroy_in_background.hpp"
#include "common/never_sent.hpp"
#include "common/time_arithmetic.hpp"
#include "hathora/observe.hpp"
#include "wait/waiter.hpp"

#include <roomport/hathora/room_id.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace roomport {
namespace {

constexpr std::chrono::seconds not_found_grace{5};

} // namespace

create_and_wait::create_and_wait(std::shared_ptr<client::impl> owner,
                                 hathora::create_room_request request, bool named_by_caller,
                                 create_options options, completion end)
    : owner_(std::move(owner)), request_(std::move(request)), options_(std::move(options)),
      end_(std::move(end)), named_by_caller_(named_by_caller) {
    result_.room_id = *request_.room_id;
}

create_and_wait::~create_and_wait() {
    leave();
}

void create_and_wait::start() {
    enter(owner_->activities);
    started_ = clock::now();
    deadline_ = later(started_, options_.wait.timeout);
    auto work = run(shared_from_this());
    asio::co_spawn(owner_->strand, std::move(work),
                   asio::bind_cancellation_slot(
                       stop_.slot(), [self = shared_from_this()](const std::exception_ptr& thrown) {
                           if (thrown) {
                               self->finish(asio::error::no_memory);
                           }
                       }));
}

void create_and_wait::cancel() {
    cancelled_ = true;
    // A coroutine that has not begun would never run at all if it were cancelled now.
    if (running_) {
        stop_.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> create_and_wait::run(std::shared_ptr<create_and_wait> self) {
    co_await asio::this_coro::throw_if_cancelled(false);
    self->running_ = true;
    error_code ec = asio::error::operation_aborted;
    if (!self->cancelled_) {
        ec = co_await self->create();
    }
    const bool ready = self->result_.result.exposed_port.port != 0;
    if (!ec && !ready) {
        ec = co_await self->wait();
    }
    self->finish(ec);
}

asio::awaitable<error_code> create_and_wait::create() {
    auto& evidence = result_.result.evidence;
    for (unsigned failures = 1;; ++failures) {
        hathora::create_room_request request = request_;
        auto answer =
            co_await await_call(owner_, hathora::create_room, std::move(request), deadline_,
                                options_.wait.request_timeout, call_kind::ordinary);
        const error_code ec = std::get<0>(answer);
        auto result = std::get<1>(std::move(answer));
        ++evidence.polls;
        evidence.times += result.times;
        evidence.http_status = result.http_status != 0 ? result.http_status : evidence.http_status;
        confirmed_ = confirmed_ || result.http_status == hathora::create_room.success_status;
        if (!ec) {
            presence_ = presence::created;
            created_at_ = clock::now();
            take_if_ready(std::move(result.value));
            co_return error_code();
        }

        const call_outcome failed = to_outcome(ec, result);
        evidence.last_error = ec;
        evidence.last_message = failed.message;
        ++evidence.consecutive_failures;
        if (cancelled_) {
            const bool is_cut_off = ec == asio::error::operation_aborted;
            presence_ = std::max(presence_, is_cut_off ? presence::unknown : after_failure(failed));
            co_return error_code(asio::error::operation_aborted);
        }
        const bool exists_already = failed.http_status == 422 && presence_ == presence::unknown;
        if (exists_already || failed.http_status == hathora::create_room.success_status) {
            // An earlier attempt made the room, or this one did and only its answer can't be read.
            presence_ = presence::created;
            co_return error_code();
        }
        presence_ = std::max(presence_, after_failure(failed));
        const bool enough =
            options_.wait.max_failures != 0 && failures >= options_.wait.max_failures;
        if (ec != errc::server_unavailable || enough) {
            co_return ec;
        }
        const error_code ended = co_await pause(failed, failures);
        if (ended) {
            co_return ended;
        }
    }
}

asio::awaitable<error_code> create_and_wait::pause(const call_outcome& failed, unsigned failures) {
    time_point next = clock::now() + failure_pause(failures, owner_->random);
    if (failed.not_before) {
        next = std::max(next, *failed.not_before);
    }
    tell_retry(failed, next);
    asio::steady_timer timer(owner_->strand);
    timer.expires_at(std::min(next, deadline_));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled_) {
        co_return error_code(asio::error::operation_aborted);
    }
    if (clock::now() >= deadline_) {
        co_return error_code(error::deadline_passed);
    }
    co_return error_code();
}

asio::awaitable<error_code> create_and_wait::wait() {
    // A creation that was already answered when the cancellation came did not hear of it.
    if (cancelled_) {
        co_return error_code(asio::error::operation_aborted);
    }
    wait_options options = options_.wait;
    options.timeout = deadline_ - clock::now();
    options.not_found_grace = std::max<duration>(options.not_found_grace, not_found_grace);
    options.created_at = created_at_;
    if (options.group.empty()) {
        options.group = request_.body.region.text();
    }
    if (options.timeout <= duration::zero()) {
        co_return error_code(error::deadline_passed);
    }
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto answer = co_await owner_->waits->async_wait(result_.room_id, std::move(options), token);
    const error_code ec = std::get<0>(answer);
    wait_result waited = std::get<1>(std::move(answer));
    const auto& creation = result_.result.evidence;
    waited.evidence.polls += creation.polls;
    waited.evidence.times += creation.times;
    if (waited.evidence.http_status == 0) {
        waited.evidence.http_status = creation.http_status;
    }
    result_.result = std::move(waited);
    co_return ec;
}

create_and_wait::presence create_and_wait::after_failure(const call_outcome& failed) const {
    const errc kind = classify(failed.error);
    const bool never_sent = kind == errc::invalid_argument || detail::was_never_sent(failed.error);
    const bool refused =
        failed.http_status >= 400 && failed.http_status < 500 && failed.http_status != 408;
    return never_sent || refused ? presence::absent : presence::unknown;
}

// A warm process takes a room at once: then there is nothing to wait for.
bool create_and_wait::take_if_ready(room_connection_data room) {
    connection_info_v2 document;
    document.room_id = std::move(room.room_id);
    document.status = std::move(room.status);
    document.exposed_port = std::move(room.exposed_port);
    document.additional_exposed_ports = std::move(room.additional_exposed_ports);
    auto seen = hathora::observe_document(result_.room_id, std::move(document));
    result_.result.evidence.last_status = seen.status;
    if (seen.state != observed_state::ready) {
        return false;
    }
    result_.result.evidence.last_error = error_code();
    result_.result.evidence.last_message.clear();
    result_.result.evidence.consecutive_failures = 0;
    result_.result.exposed_port = std::move(seen.exposed_port);
    result_.result.additional_ports = std::move(seen.additional_ports);
    return true;
}

void create_and_wait::tell_retry(const call_outcome& failed, time_point next) const {
    if (!options_.wait.on_progress) {
        return;
    }
    const time_point now = clock::now();
    wait_event event;
    event.what = wait_event::kind::retrying;
    event.key = result_.room_id;
    event.error = failed.error;
    event.message = failed.message;
    event.retry_in = std::max(std::min(next, deadline_) - now, duration::zero());
    event.polls = result_.result.evidence.polls;
    event.elapsed = now - started_;
    call_back(owner_->strand, [&] { options_.wait.on_progress(event); });
}

void create_and_wait::leave_no_room_behind(error_code why) {
    if (confirmed_ || !named_by_caller_) {
        destroy_in_background(owner_, result_.room_id, presence_ == presence::unknown);
    } else {
        orphan left;
        left.room_id = result_.room_id;
        left.error = why;
        left.message = "it is not known who made a room of that name, so it was not destroyed";
        owner_->tell_orphan(left);
    }
}

void create_and_wait::finish(error_code ec) {
    if (std::exchange(finished_, true)) {
        return;
    }
    result_.result.evidence.elapsed = clock::now() - started_;
    if (ec && options_.destroy_on_failure && presence_ != presence::absent) {
        leave_no_room_behind(ec);
    }
    leave();
    end_.post(ec, std::move(result_));
    owner_->finish_closing();
}

void client::start_create_and_wait(
    std::shared_ptr<impl> self, hathora::create_room_request request, create_options options,
    asio::any_completion_handler<void(error_code, created_room)> handler) {
    create_and_wait::completion end(self->io_executor, std::move(handler));
    const bool named_by_caller = request.room_id.has_value();
    if (!named_by_caller) {
        request.room_id = hathora::make_room_id();
    }
    const char* const problem = wait_detail::find_problem(options.wait);
    if (problem != nullptr || self->closed) {
        created_room nothing;
        nothing.room_id = *std::move(request.room_id);
        error_code ec = asio::error::operation_aborted;
        if (problem != nullptr) {
            ec = error::invalid_argument;
            nothing.result.evidence.last_message = problem;
        }
        end.post(ec, std::move(nothing));
        return;
    }
    const auto strand = self->strand;
    auto slot_target = std::make_shared<std::weak_ptr<create_and_wait>>();
    end.on_cancel(strand, [slot_target] {
        if (const auto live = slot_target->lock()) {
            live->cancel();
        }
    });
    auto current = std::make_shared<create_and_wait>(
        std::move(self), std::move(request), named_by_caller, std::move(options), std::move(end));
    *slot_target = current;
    asio::dispatch(strand, [current = std::move(current)] { current->start(); });
}

} // namespace roomport
