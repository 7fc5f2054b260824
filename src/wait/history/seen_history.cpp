#include "wait/history/seen_history.hpp"

#include <roomport/error.hpp>

#include <boost/asio/error.hpp>

#include <limits>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace roomport::wait_detail {
namespace {

using short_unit = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// Whether a number fits into an unsigned type, and if so, puts it there.
template <class To>
bool store(std::int64_t number, To& into) noexcept {
    if (number < 0 || number > static_cast<std::int64_t>(std::numeric_limits<To>::max())) {
        return false;
    }
    into = static_cast<To>(number);
    return true;
}

bool store_time(duration length, std::uint32_t& into) noexcept {
    return store(std::chrono::round<short_unit>(length).count(), into);
}

duration long_time(std::uint32_t length) noexcept {
    return std::chrono::duration_cast<duration>(short_unit(length));
}

bool opened_a_connection(const phase_times& times) noexcept {
    return times.resolve != duration::zero() || times.connect != duration::zero() ||
           times.handshake != duration::zero();
}

bool has_only_plain_members(const observation& seen) noexcept {
    const exposed_port& port = seen.exposed_port;
    return !seen.error.failed() && seen.message.empty() && !seen.not_before && !seen.start_time &&
           seen.additional_ports.empty() && port.name.empty() && port.host.empty() &&
           port.port == 0 && seen.http_status != 0 && !seen.status.empty() &&
           !opened_a_connection(seen.times);
}

} // namespace

/// What a plain answer does not have.
struct seen_history::details {
    details() = default;

    /// The sum, once it does not fit in short any more.
    phase_times sum;
    bool has_sum = false;
    /// The last observation, where it is not a plain one.
    std::unique_ptr<observation> last;
    /// The last that were not empty, and after how many observations they came.
    std::string status;
    std::uint32_t status_at = 0;
    int http_status = 0;
    std::uint32_t http_status_at = 0;
};

seen_history::seen_history() noexcept = default;

seen_history::~seen_history() = default;

error_code cause_of(const observation& seen) {
    return seen.error.failed() ? seen.error : error_code(error::broken_promise);
}

bool has_failed(observed_state state) noexcept {
    return state == observed_state::failed || state == observed_state::gone;
}

void seen_history::record(const observation& seen, word_table& words) noexcept {
    try {
        if (!shorten(seen, words)) {
            keep(seen, words);
        } else if (details_) {
            details_->last.reset();
        }
    } catch (const std::bad_alloc&) {
        lose_last();
    }
    state_ = static_cast<std::uint8_t>(seen.state);
    held_ = seen.held;
    ++count_;
}

void seen_history::lose_last() noexcept {
    if (details_) {
        details_->last.reset();
    }
    is_short_ = true;
    status_ = word_table::no_word;
    http_status_ = 0;
}

bool seen_history::has_last() const noexcept {
    const bool is_lost = is_short_ && status_ == word_table::no_word;
    return count_ > 0 && !is_lost;
}

bool seen_history::shorten(const observation& seen, word_table& words) {
    if (seen.state != observed_state::starting || !has_only_plain_members(seen) ||
        seen.hold_limit % std::chrono::seconds(1) != duration::zero()) {
        return false;
    }
    const auto number = words.find_or_add(seen.status);
    if (!number) {
        return false;
    }
    const bool fits = store_time(seen.round_trip, round_trip_) &&
                      store(seen.http_status, http_status_) &&
                      store(seen.hold_limit / std::chrono::seconds(1), hold_limit_seconds_) &&
                      store_time(seen.times.queue, last_times_.queue) &&
                      store_time(seen.times.first_byte, last_times_.first_byte) &&
                      store_time(seen.times.read, last_times_.read) && add_short(seen.times);
    if (!fits) {
        return false;
    }
    status_ = *number;
    is_short_ = true;
    return true;
}

bool seen_history::add_short(const phase_times& times) noexcept {
    if (details_ && details_->has_sum) {
        details_->sum += times;
        return true;
    }
    short_times sum;
    const bool fits =
        store(std::int64_t{sum_.queue} + last_times_.queue, sum.queue) &&
        store(std::int64_t{sum_.first_byte} + last_times_.first_byte, sum.first_byte) &&
        store(std::int64_t{sum_.read} + last_times_.read, sum.read);
    if (fits) {
        sum_ = sum;
    }
    return fits;
}

void seen_history::keep(const observation& seen, const word_table& words) {
    auto last = std::make_unique<observation>(seen);
    if (!details_) {
        details_ = std::make_unique<details>();
    }
    details& all = *details_;
    const phase_times before = times();
    if (is_short_ && has_last()) {
        all.http_status = http_status_;
        all.http_status_at = count_;
        all.status = words[status_];
        all.status_at = count_;
    }
    if (!seen.status.empty()) {
        all.status = seen.status;
        all.status_at = count_ + 1;
    }
    if (seen.http_status != 0) {
        all.http_status = seen.http_status;
        all.http_status_at = count_ + 1;
    }
    all.sum = before;
    all.sum += seen.times;
    all.has_sum = true;
    all.last = std::move(last);
    is_short_ = false;
}

observation seen_history::last(const word_table& words) const {
    if (details_ && details_->last) {
        return *details_->last;
    }
    observation seen;
    seen.state = state();
    seen.status = words[status_];
    seen.http_status = http_status_;
    seen.round_trip = long_time(round_trip_);
    seen.held = held_;
    seen.hold_limit = std::chrono::seconds(hold_limit_seconds_);
    seen.times = last_times();
    return seen;
}

error_code seen_history::failure() const {
    if (!has_failed(state())) {
        return {};
    }
    return details_ && details_->last ? cause_of(*details_->last)
                                      : error_code(boost::asio::error::no_memory);
}

std::string_view seen_history::message() const noexcept {
    return details_ && details_->last && has_failed(state()) ? details_->last->message
                                                             : std::string_view();
}

std::string_view seen_history::status(const word_table& words, std::uint32_t since) const noexcept {
    if (since >= count_) {
        return {};
    }
    if (is_short_) {
        return words[status_];
    }
    return details_->status_at > since ? details_->status : std::string_view();
}

int seen_history::http_status(std::uint32_t since) const noexcept {
    if (since >= count_) {
        return 0;
    }
    if (is_short_) {
        return http_status_;
    }
    return details_->http_status_at > since ? details_->http_status : 0;
}

phase_times seen_history::times() const noexcept {
    if (details_ && details_->has_sum) {
        return details_->sum;
    }
    phase_times sum;
    sum.queue = long_time(sum_.queue);
    sum.first_byte = long_time(sum_.first_byte);
    sum.read = long_time(sum_.read);
    return sum;
}

phase_times seen_history::last_times() const noexcept {
    if (details_ && details_->last) {
        return details_->last->times;
    }
    phase_times last;
    last.queue = long_time(last_times_.queue);
    last.first_byte = long_time(last_times_.first_byte);
    last.read = long_time(last_times_.read);
    return last;
}

} // namespace roomport::wait_detail
