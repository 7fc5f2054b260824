#include "wait/waiter.hpp"

#include "common/time_arithmetic.hpp"

#include <utility>

namespace roomport::wait_detail {
namespace {

constexpr unsigned broken_limit = 3;
constexpr std::size_t longest_key = 256;

bool is_good(const observation& seen) {
    return seen.state == observed_state::starting || seen.state == observed_state::ready;
}

error_code cause_of(const observation& seen) {
    return seen.error.failed() ? seen.error : error_code(error::broken_promise);
}

} // namespace

const char* find_problem(std::string_view key, const wait_options& options) {
    if (key.empty() || key.size() > longest_key) {
        return "the key must have 1 to 256 bytes";
    }
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

waiter::waiter(wait_options options, time_point started)
    : options_(std::move(options)), started_(started), deadline_(later(started, options_.timeout)) {
}

std::optional<error_code> waiter::judge(const observation& seen, time_point now) {
    record(seen);
    const verdict decided =
        roomport::judge(options_.acceptors ? *options_.acceptors : default_acceptors(), seen);
    const bool has_grace = seen.state == observed_state::gone &&
                           now - started_ < options_.not_found_grace &&
                           (decided == verdict::broken || decided == verdict::never);
    if (has_grace) {
        return std::nullopt;
    }
    if (is_good(seen)) {
        evidence_.consecutive_failures = 0;
        broken_in_a_row_ = decided == verdict::broken ? broken_in_a_row_ : 0;
    } else {
        ++evidence_.consecutive_failures;
    }
    broken_in_a_row_ += decided == verdict::broken ? 1 : 0;

    if (decided == verdict::ready) {
        return error_code();
    }
    const bool too_many_failures = !is_good(seen) && options_.max_failures != 0 &&
                                   evidence_.consecutive_failures >= options_.max_failures;
    if (decided == verdict::never || broken_in_a_row_ >= broken_limit || too_many_failures) {
        return cause_of(seen);
    }
    return std::nullopt;
}

void waiter::record(const observation& seen) {
    ++evidence_.polls;
    evidence_.times += seen.times;
    if (seen.http_status != 0) {
        evidence_.http_status = seen.http_status;
    }
    if (!seen.status.empty()) {
        evidence_.last_status = seen.status;
    }
    if (is_good(seen)) {
        evidence_.last_error = error_code();
        evidence_.last_message.clear();
    } else {
        evidence_.last_error = cause_of(seen);
        evidence_.last_message = seen.message;
    }
}

void waiter::note_unanswered_look() {
    ++evidence_.polls;
    if (!evidence_.last_error.failed()) {
        evidence_.last_error = error::attempt_timeout;
        evidence_.last_message.clear();
    }
}

void waiter::tell(wait_event::kind what, std::string_view key, duration retry_in, time_point now,
                  wait_actions& actions) const {
    if (!options_.on_progress) {
        return;
    }
    wait_event event;
    event.what = what;
    event.key = key;
    event.status = evidence_.last_status;
    event.error = evidence_.last_error;
    event.message = evidence_.last_message;
    event.retry_in = retry_in;
    event.polls = evidence_.polls;
    event.elapsed = now - started_;
    try {
        options_.on_progress(event);
    } catch (...) {
        actions.caught(std::current_exception());
    }
}

wait_evidence waiter::take_evidence(time_point now) {
    evidence_.elapsed = now - started_;
    return std::move(evidence_);
}

} // namespace roomport::wait_detail
