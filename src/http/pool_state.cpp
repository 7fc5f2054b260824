#include "http/pool_state.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::http::detail {
namespace {

time_point later(time_point from, duration by) {
    return from > time_point::max() - by ? time_point::max() : from + by;
}

} // namespace

pool_state::pool_state(const settings& how) : settings_(how) {
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

void pool_state::add(request_id request, time_point deadline, time_point now) {
    reserve_actions(1);
    if (deadline <= now) {
        actions_.emplace_back(fail_request{request, error::attempt_timeout});
        return;
    }
    const bool has_place = !idle_.empty() || connections_.size() < settings_.max_connections ||
                           waiting_.size() < connecting_ ||
                           waiting_.size() - connecting_ < settings_.max_waiting;
    if (!has_place) {
        actions_.emplace_back(fail_request{request, error::queue_full});
        return;
    }
    auto& record = make_request(request);
    record.deadline = deadline;
    enqueue(record, false, now);
    settle(now);
}

void pool_state::enqueue(request_record& record, bool first, time_point now) {
    record.on = 0;
    waiting_.insert(first ? waiting_.begin() : waiting_.end(), record);
    const bool is_bounded = settings_.acquire_timeout > duration{};
    const auto acquire_by = is_bounded ? later(now, settings_.acquire_timeout) : time_point::max();
    expiries_.set(record, std::min(record.deadline, acquire_by));
}

void pool_state::forget_request(request_record& record) {
    expiries_.erase(record);
    if (record.is_linked()) {
        waiting_.erase(waiting_.iterator_to(record));
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
    forget_request(*found);
    if (connection != 0) {
        close(connection);
    }
    close_unneeded_attempts();
    settle(now);
}

// Whoever leaves must not leave an attempt behind that nobody waits for.
void pool_state::close_unneeded_attempts() {
    while (connecting_ > waiting_.size()) {
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
    try {
        if (!waiting_.empty()) {
            reserve_actions(1);
            fail(waiting_.front(), ec, connection);
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
    forget_request(*find_request(record.serves));
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
    fail(record, record.deadline <= now ? error::attempt_timeout : error::acquire_timeout);
    if (connection != 0) {
        close(connection);
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

pool_state::request_record* pool_state::next_for(const connection_record& candidate) {
    for (auto& waiter : waiting_) {
        if (!candidate.used || !waiter.needs_fresh) {
            return &waiter;
        }
    }
    return nullptr;
}

void pool_state::assign(request_record& waiter, connection_id connection) {
    auto& record = connections_.at(connection);
    waiting_.erase(waiting_.iterator_to(waiter));
    waiter.on = connection;
    expiries_.set(waiter, waiter.deadline);
    expiries_.erase(record);
    record.phase = connection_phase::busy;
    record.serves = waiter.id;
    actions_.emplace_back(start_exchange{waiter.id, connection, record.used});
}

void pool_state::settle(time_point now) {
    catch_up_at_ = time_point::max();
    try {
        hand_out_idle();
        open_wanted(now);
    } catch (const std::bad_alloc&) {
        catch_up_at_ = later(now, pause_after_failure);
    }
}

void pool_state::hand_out_idle() {
    for (std::size_t left = idle_.size(); left > 0 && !waiting_.empty(); --left) {
        const auto connection = idle_[left - 1];
        if (auto* const waiter = next_for(connections_.at(connection))) {
            reserve_actions(1);
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(left - 1));
            assign(*waiter, connection);
        }
    }
}

void pool_state::open_wanted(time_point now) {
    while (connecting_ < waiting_.size() && connections_.size() < settings_.max_connections) {
        // That it is opened and closed, and that a request fails with it.
        reserve_actions(3);
        expiries_.reserve(requests_.size() + connections_.size() + 1);
        const auto connection = ++last_connection_;
        auto& record = connections_[connection];
        record.id = connection;
        expiries_.set(record, later(now, settings_.connect_timeout));
        ++connecting_;
        actions_.emplace_back(open_connection{connection, later(now, settings_.connect_timeout)});
    }
}

} // namespace roomport::http::detail
