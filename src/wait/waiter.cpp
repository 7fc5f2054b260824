#include "wait/waiter.hpp"

#include "common/time_arithmetic.hpp"

#include <boost/asio/error.hpp>

#include <new>
#include <utility>

namespace roomport::wait_detail {
namespace {

constexpr unsigned broken_limit = 3;
constexpr std::size_t longest_key = 256;

} // namespace

const char* find_problem(const wait_options& options) {
    if (options.timeout <= duration::zero()) {
        return "timeout must be more than zero";
    }
    if (options.request_timeout <= duration::zero()) {
        return "request_timeout must be more than zero";
    }
    if (options.not_found_grace < duration::zero()) {
        return "not_found_grace must not be negative";
    }
    return nullptr;
}

const char* find_problem(std::string_view key, const wait_options& options) {
    if (key.empty() || key.size() > longest_key) {
        return "the key must have 1 to 256 bytes";
    }
    return find_problem(options);
}

error_code code_of(plain_end why) noexcept {
    switch (why) {
    case plain_end::cancelled:
        return boost::asio::error::operation_aborted;
    case plain_end::deadline_passed:
        return error::deadline_passed;
    case plain_end::no_memory:
        break;
    }
    return boost::asio::error::no_memory;
}

waiter::waiter(settings_pointer settings, time_point started)
    : settings_(std::move(settings)), started_(started) {}

waiter::waiter(settings_pointer settings, time_point started, handler_type handler,
               const boost::asio::any_io_executor& io_executor)
    : settings_(std::move(settings)), started_(started), handler_(std::move(handler)) {
    auto own = boost::asio::get_associated_executor(handler_, io_executor);
    // So the library tells that there was no memory for it.
    if (!own) {
        throw std::bad_alloc();
    }
    if (own != boost::asio::any_completion_executor(io_executor)) {
        work_ = std::make_unique<work_guard>(std::move(own));
    }
}

time_point waiter::deadline() const noexcept {
    return later(started_, settings_->options.timeout);
}

std::optional<error_code> waiter::judge(const observation& seen, time_point now) {
    const wait_options& how = options();
    const verdict decided =
        roomport::judge(how.acceptors ? *how.acceptors : default_acceptors(), seen);
    // What is said to have been there (410) will not appear.
    const bool has_grace = seen.state == observed_state::gone &&
                           seen.error != make_http_status_error(410) &&
                           now - started_ < how.not_found_grace &&
                           (decided == verdict::broken || decided == verdict::never);
    if (has_grace) {
        return std::nullopt;
    }
    count(seen.state, decided);
    if (decided == verdict::ready) {
        return error_code();
    }
    const bool too_many_failures = has_failed(seen.state) && how.max_failures != 0 &&
                                   consecutive_failures_ >= how.max_failures;
    if (decided == verdict::never || broken_in_a_row_ >= broken_limit || too_many_failures) {
        return cause_of(seen);
    }
    return std::nullopt;
}

void waiter::count(observed_state state, verdict decided) noexcept {
    const bool is_broken = decided == verdict::broken;
    if (has_failed(state)) {
        ++consecutive_failures_;
    } else {
        consecutive_failures_ = 0;
        broken_in_a_row_ = is_broken ? broken_in_a_row_ : std::uint8_t{0};
    }
    broken_in_a_row_ = static_cast<std::uint8_t>(broken_in_a_row_ + (is_broken ? 1 : 0));
}

std::unique_ptr<progress_report> waiter::progress(wait_event::kind what, std::string_view key,
                                                  duration retry_in, const seen_history& seen,
                                                  const seen_before_joining& before,
                                                  const word_table& words,
                                                  time_point now) const noexcept {
    if (!options().on_progress) {
        return nullptr;
    }
    wait_event event;
    event.what = what;
    event.key = key;
    event.status = seen.status(words, before.count);
    event.error = seen.failure();
    event.message = seen.message();
    event.retry_in = retry_in;
    event.polls = seen.count() - before.count;
    event.elapsed = now - started_;
    try {
        return std::make_unique<progress_report>(settings_, event);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

wait_evidence waiter::evidence(const seen_history& seen, const seen_before_joining& before,
                               const word_table& words, time_point now) const {
    wait_evidence told = evidence(now);
    if (seen.count() > 0) {
        told.polls = seen.count() - before.count;
        told.last_status = seen.status(words, before.count);
        told.http_status = seen.http_status(before.count);
        told.last_error = seen.failure();
        told.last_message = seen.message();
        told.times = seen.times();
        told.times -= before.times;
    }
    told.consecutive_failures = consecutive_failures_;
    if (has_unanswered_poll_) {
        ++told.polls;
        if (!told.last_error.failed()) {
            told.last_error = error::attempt_timeout;
        }
    }
    return told;
}

wait_evidence waiter::evidence(time_point now) const {
    wait_evidence told;
    told.elapsed = now - started_;
    return told;
}

void waiter::end(std::unique_ptr<wait_outcome> outcome) noexcept {
    is_over_ = true;
    outcome_ = std::move(outcome);
}

void waiter::end(plain_end why) noexcept {
    is_over_ = true;
    end_ = why;
}

wait_outcome waiter::take_outcome(time_point now) {
    if (outcome_) {
        const auto known = std::move(outcome_);
        return std::move(*known);
    }
    wait_outcome plain;
    plain.ec = code_of(end_);
    plain.result.evidence = evidence(now);
    return plain;
}

void waiter::let_go::operator()(waiter* wait) const noexcept {
    // Others may keep the memory.
    wait->drop_settings();
    wait->outcome_.reset();
    const auto last = std::move(wait->handler_);
    wait->work_.reset();
    intrusive_ptr_release(wait);
}

void waiter::call(owner wait, time_point now) {
    auto outcome = wait->take_outcome(now);
    auto slot = boost::asio::get_associated_cancellation_slot(wait->handler_);
    if (slot.is_connected()) {
        slot.clear();
    }
    auto handler = std::move(wait->handler_);
    const auto work = std::move(wait->work_);
    wait.reset();
    std::move(handler)(outcome.ec, std::move(outcome.result));
}

void waiter_list::push_back(waiter& over) noexcept {
    over.location_.next = nullptr;
    (empty() ? first_ : last_->location_.next) = &over;
    last_ = &over;
}

waiter& waiter_list::pop_front() noexcept {
    waiter& popped = *first_;
    first_ = popped.location_.next;
    return popped;
}

} // namespace roomport::wait_detail
