#include "wait/waiter.hpp"

#include "common/time_arithmetic.hpp"

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

waiter::waiter(settings_pointer settings, time_point started)
    : settings_(std::move(settings)), started_(started) {}

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

void waiter::tell(wait_event::kind what, std::string_view key, duration retry_in,
                  const seen_history& seen, const seen_before_joining& before,
                  const word_table& words, time_point now, wait_actions& actions) const {
    if (!options().on_progress) {
        return;
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
        options().on_progress(event);
    } catch (...) {
        actions.caught(std::current_exception());
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

} // namespace roomport::wait_detail
