#include "http/pool_state.hpp"

#include "common/time_arithmetic.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::http::detail {
namespace {

// Where one place is more than an eighth, polls pause between two for long enough; but not for ever after one that took
// long.
constexpr std::size_t poll_share = 8;
constexpr duration longest_rest = std::chrono::seconds(1);

// How much later than it should a request may learn that the server has gone silent, as a part of its own time.
constexpr int checks_per_attempt = 4;
constexpr duration between_checks = std::chrono::milliseconds(1);

} // namespace

pool_state::pool_state(const settings& how)
    : settings_(how),
      poll_places_(how.poll_connections > 0
                       ? how.poll_connections
                       : std::max<std::size_t>(how.max_connections / poll_share, 1)) {
    // As many as one round of answers brings at most: they would else take memory when all first come at once.
    constexpr std::size_t most_reserved = 1024;
    actions_.reserve(std::min(4 * settings_.max_connections + 16, most_reserved));
    idle_.reserve(settings_.max_connections);
}

void pool_state::reserve_actions(std::size_t count) {
    const auto wanted = actions_.size() + connections_.size() + count;
    if (wanted > actions_.capacity()) {
        actions_.reserve(std::max(wanted, 2 * actions_.capacity()));
    }
}

pool_state::request_record& pool_state::make_request(request_id request) {
    const auto place = static_cast<std::size_t>(static_cast<std::uint32_t>(request));
    while (requests_.size() <= place) {
        requests_.emplace_back();
    }
    expiries_.reserve(requests_.size() + connections_.size());
    auto& record = requests_[place];
    record.id = request;
    record.present = true;
    record.needs_fresh = false;
    record.on = 0;
    return record;
}

pool_state::request_record* pool_state::find_request(request_id request) {
    const auto place = static_cast<std::size_t>(static_cast<std::uint32_t>(request));
    if (place >= requests_.size()) {
        return nullptr;
    }
    auto& record = requests_[place];
    return record.present && record.id == request ? &record : nullptr;
}

std::optional<time_point> pool_state::next_expiry() const {
    const auto next = expiries_.empty() ? time_point::max() : expiries_.front().when();
    const auto either = std::min(next, catch_up_at_);
    return either == time_point::max() ? std::nullopt : std::optional(either);
}

std::optional<pool_action> pool_state::next_action() {
    if (next_action_ == actions_.size()) {
        actions_.clear();
        next_action_ = 0;
        return std::nullopt;
    }
    return actions_[next_action_++];
}

pool_state::request_queue& pool_state::queue_of(request_class which) noexcept {
    return which == request_class::poll ? polls_ : calls_;
}

std::size_t pool_state::waiting(request_class of) const noexcept {
    return of == request_class::poll ? polls_.size() : calls_.size();
}

std::size_t pool_state::places(request_class of) const noexcept {
    const auto all = settings_.max_connections;
    const auto share = of == request_class::poll ? poll_places_ : all - std::min(all, poll_places_);
    // Fewer are served within one round: what was lent need not go back for them.
    const bool many_others_wait = waiting() - waiting(of) > all;
    return many_others_wait ? std::max<std::size_t>(share, 1) : all;
}

void pool_state::add(request_id request, const request_terms& terms, time_point now) {
    reserve_actions(1);
    if (terms.deadline <= now || terms.attempt_timeout <= duration{}) {
        actions_.emplace_back(fail_request{request, error::attempt_timeout});
        return;
    }
    const auto queued = waiting(terms.of);
    const bool has_place = !idle_.empty() || connections_.size() < settings_.max_connections ||
                           queued < connecting_ || queued - connecting_ < settings_.max_waiting;
    if (!has_place) {
        actions_.emplace_back(fail_request{request, error::queue_full});
        return;
    }
    auto& record = make_request(request);
    record.terms = terms;
    enqueue(record, terms.is_urgent, now);
    settle(now);
}

void pool_state::enqueue(request_record& record, bool first, time_point now) {
    auto& queue = queue_of(record.terms.of);
    record.since = now;
    queue.insert(first ? queue.begin() : queue.end(), record);
    expiries_.set(record, next_check(record, now));
}

time_point pool_state::acquire_by(const request_record& record) const {
    const bool is_bounded = settings_.acquire_timeout > duration{};
    return is_bounded ? later(record.since, settings_.acquire_timeout) : time_point::max();
}

// A queue that moves is this side's own affair; one that stands still is the server's.
time_point pool_state::attempt_by(const request_record& record) const {
    return later(std::max(record.since, heard_at_), record.terms.attempt_timeout);
}

time_point pool_state::next_check(const request_record& record, time_point now) const {
    auto check = attempt_by(record);
    if (!is_silent()) {
        const auto part = record.terms.attempt_timeout / checks_per_attempt;
        check = std::max(check, later(now, std::max(part, between_checks)));
    }
    return std::min({record.terms.deadline, acquire_by(record), check});
}

void pool_state::leave_connection(request_record& record) {
    const bool had_one = std::exchange(record.on, 0) != 0;
    polls_under_way_ -= had_one && record.terms.of == request_class::poll ? 1 : 0;
}

void pool_state::note_end(const request_record& record, time_point now) {
    const auto connections = settings_.max_connections;
    if (record.on == 0 || record.terms.of != request_class::poll ||
        settings_.poll_connections > 0 || connections >= poll_share) {
        return;
    }
    const auto parts = static_cast<duration::rep>(poll_share - connections);
    const auto took = std::min(now - record.since, longest_rest);
    polls_rest_until_ =
        later(now, std::min(took * parts / static_cast<duration::rep>(connections), longest_rest));
}

void pool_state::forget_request(request_record& record) {
    expiries_.erase(record);
    leave_connection(record);
    if (record.is_linked()) {
        auto& queue = queue_of(record.terms.of);
        queue.erase(queue.iterator_to(record));
    }
    record.present = false;
}

void pool_state::forget_connection(connection_id connection) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    expiries_.erase(found->second);
    if (found->second.phase == connection_phase::connecting) {
        --connecting_;
    } else if (found->second.phase == connection_phase::idle) {
        std::erase(idle_, connection);
    }
    connections_.erase(found);
}

void pool_state::fail(request_record& record, error_code ec, connection_id attempt) {
    forget_request(record);
    actions_.emplace_back(fail_request{record.id, ec, attempt});
}

void pool_state::close(connection_id connection) {
    forget_connection(connection);
    actions_.emplace_back(close_connection{connection, false});
}

void pool_state::remove(request_id request, time_point now) {
    auto* const found = find_request(request);
    if (found == nullptr) {
        return;
    }
    const auto connection = found->on;
    note_end(*found, now);
    forget_request(*found);
    if (connection != 0) {
        close(connection);
    }
    close_unneeded_attempts();
    settle(now);
}

// Whoever leaves must not leave an attempt behind that nobody waits for.
void pool_state::close_unneeded_attempts() {
    while (connecting_ > waiting()) {
        connection_id newest = 0;
        for (const auto& [id, record] : connections_) {
            if (record.phase == connection_phase::connecting) {
                newest = std::max(newest, id);
            }
        }
        close(newest);
    }
}

void pool_state::connected(connection_id connection, time_point now) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    --connecting_;
    if (!in_trouble_) {
        heard_at_ = now;
    }
    become_idle(found->second, now);
    settle(now);
}

void pool_state::become_idle(connection_record& record, time_point now) {
    record.phase = connection_phase::idle;
    expiries_.set(record, later(now, settings_.idle_timeout));
    idle_.push_back(record.id);
}

void pool_state::connect_failed(connection_id connection, error_code ec, time_point now) {
    if (!connections_.contains(connection)) {
        return;
    }
    in_trouble_ = true;
    try {
        if (waiting() > 0) {
            reserve_actions(1);
            fail(next_to_fail(), ec, connection);
        }
    } catch (const std::bad_alloc&) {
        // Then it waits for the next attempt.
    }
    forget_connection(connection);
    actions_.emplace_back(close_connection{connection, true});
    settle(now);
}

void pool_state::finished(connection_id connection, bool reusable, time_point now) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    auto& record = found->second;
    auto& request = *find_request(record.serves);
    in_trouble_ = false;
    heard_at_ = now;
    note_end(request, now);
    forget_request(request);
    if (!reusable) {
        close(connection);
        settle(now);
        return;
    }
    record.serves = 0;
    record.used = true;
    become_idle(record, now);
    settle(now);
}

void pool_state::requeue(connection_id connection, bool needs_fresh, time_point now) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    auto& record = *find_request(found->second.serves);
    close(connection);
    record.needs_fresh = record.needs_fresh || needs_fresh;
    note_end(record, now);
    leave_connection(record);
    const auto left = record.terms.attempt_timeout - (now - record.since);
    record.terms.attempt_timeout = std::max(left, duration{});
    enqueue(record, true, now);
    settle(now);
}

void pool_state::retry_on_fresh(connection_id connection, time_point now) {
    requeue(connection, true, now);
}

void pool_state::retry_unsent(connection_id connection, time_point now) {
    requeue(connection, false, now);
}

void pool_state::lost(connection_id connection, time_point now) {
    if (connections_.contains(connection)) {
        close(connection);
        settle(now);
    }
}

void pool_state::expire(time_point now) {
    try {
        while (!expiries_.empty() && expiries_.front().when() <= now) {
            reserve_actions(1);
            const auto& next = expiries_.front();
            if (next.what() == expiring::kind::request) {
                expire_request(*find_request(next.id), now);
            } else {
                expire_connection(next.id, now);
            }
        }
    } catch (const std::bad_alloc&) {
        // The rest has its turn when there is room again: once these actions are carried out.
    }
    close_unneeded_attempts();
    settle(now);
}

void pool_state::expire_request(request_record& record, time_point now) {
    const auto connection = record.on;
    if (connection == 0) {
        expire_waiting(record, now);
        return;
    }
    in_trouble_ = true;
    note_end(record, now);
    fail(record, error::attempt_timeout);
    close(connection);
}

void pool_state::expire_waiting(request_record& record, time_point now) {
    const bool is_silent_too_long = is_silent() && attempt_by(record) <= now;
    if (acquire_by(record) <= now) {
        fail(record, error::acquire_timeout);
    } else if (record.terms.deadline <= now) {
        fail(record, is_silent() ? error::attempt_timeout : error::acquire_timeout);
    } else if (is_silent_too_long) {
        fail(record, error::attempt_timeout);
    } else {
        expiries_.set(record, next_check(record, now));
    }
}

void pool_state::expire_connection(connection_id connection, time_point now) {
    if (connections_.at(connection).phase == connection_phase::connecting) {
        connect_failed(connection, error::connect_timeout, now);
    } else {
        close(connection);
    }
}

bool pool_state::end_all(error_code ec) {
    try {
        for (auto& record : requests_) {
            if (record.present) {
                reserve_actions(1);
                fail(record, ec);
            }
        }
    } catch (const std::bad_alloc&) {
        return false;
    }
    while (!connections_.empty()) {
        close(connections_.begin()->first);
    }
    return true;
}

bool pool_state::polls_come_first(time_point now) const noexcept {
    return polls_under_way_ < poll_places_ && now >= polls_rest_until_;
}

pool_state::request_record* pool_state::next_for(const connection_record& candidate,
                                                 time_point now) {
    const auto first_in = [&](request_queue& queue) -> request_record* {
        const auto found = std::find_if(queue.begin(), queue.end(), [&](const auto& waiter) {
            return !candidate.used || !waiter.needs_fresh;
        });
        return found != queue.end() ? &*found : nullptr;
    };
    const bool poll_first = polls_come_first(now);
    auto* const preferred = first_in(poll_first ? polls_ : calls_);
    return preferred != nullptr ? preferred : first_in(poll_first ? calls_ : polls_);
}

pool_state::request_record& pool_state::next_to_fail() {
    if (!calls_.empty() && !polls_.empty()) {
        poll_fails_next_ = !poll_fails_next_;
        return (poll_fails_next_ ? calls_ : polls_).front();
    }
    return (calls_.empty() ? polls_ : calls_).front();
}

void pool_state::assign(request_record& waiter, connection_id connection, time_point now) {
    auto& record = connections_.at(connection);
    auto& queue = queue_of(waiter.terms.of);
    queue.erase(queue.iterator_to(waiter));
    polls_under_way_ += waiter.terms.of == request_class::poll ? 1 : 0;
    waiter.on = connection;
    // What was opened for it is part of its attempt.
    waiter.since = record.used ? now : std::max(waiter.since, record.began_at);
    expiries_.set(
        waiter, std::min(waiter.terms.deadline, later(waiter.since, waiter.terms.attempt_timeout)));
    expiries_.erase(record);
    record.phase = connection_phase::busy;
    record.serves = waiter.id;
    actions_.emplace_back(start_exchange{waiter.id, connection, record.used});
}

void pool_state::settle(time_point now) {
    catch_up_at_ = time_point::max();
    try {
        hand_out_idle(now);
        open_wanted(now);
    } catch (const std::bad_alloc&) {
        catch_up_at_ = later(now, pause_after_failure);
    }
}

void pool_state::hand_out_idle(time_point now) {
    for (std::size_t left = idle_.size(); left > 0 && waiting() > 0; --left) {
        const auto connection = idle_[left - 1];
        if (auto* const waiter = next_for(connections_.at(connection), now)) {
            reserve_actions(1);
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(left - 1));
            assign(*waiter, connection, now);
        }
    }
}

void pool_state::open_wanted(time_point now) {
    while (connecting_ < waiting() && connections_.size() < settings_.max_connections) {
        // That it is opened and closed, and that a request fails with it.
        reserve_actions(3);
        expiries_.reserve(requests_.size() + connections_.size() + 1);
        const auto connection = ++last_connection_;
        auto& record = connections_[connection];
        record.id = connection;
        record.began_at = now;
        expiries_.set(record, later(now, settings_.connect_timeout));
        ++connecting_;
        actions_.emplace_back(open_connection{connection, later(now, settings_.connect_timeout)});
    }
}

} // namespace roomport::http::detail
