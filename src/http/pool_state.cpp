#include "http/pool_state.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
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
}

pool_state::request_record& pool_state::make_request(request_id request) {
    const auto place = static_cast<std::size_t>(static_cast<std::uint32_t>(request));
    while (requests_.size() <= place) {
        requests_.emplace_back();
    }
    auto& record = requests_[place];
    record.id = request;
    record.present = true;
    record.needs_fresh = false;
    record.acquire_by = time_point::max();
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
    if (expiries_.empty()) {
        return std::nullopt;
    }
    return expiries_.front().when();
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
    if (settings_.acquire_timeout > duration{}) {
        record.acquire_by = later(now, settings_.acquire_timeout);
    }
    enqueue(record, false);
    settle(now);
}

void pool_state::enqueue(request_record& record, bool first) {
    record.on = 0;
    waiting_.insert(first ? waiting_.begin() : waiting_.end(), record);
    expiries_.set(record, std::min(record.deadline, record.acquire_by));
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

void pool_state::fail(request_record& record, error_code ec) {
    forget_request(record);
    actions_.emplace_back(fail_request{record.id, ec});
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
    forget_connection(connection);
    actions_.emplace_back(close_connection{connection, true});
    if (!waiting_.empty()) {
        fail(waiting_.front(), ec);
    }
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
    enqueue(record, true);
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
    while (!expiries_.empty() && expiries_.front().when() <= now) {
        const auto& next = expiries_.front();
        if (next.what() == expiring::kind::request) {
            expire_request(*find_request(next.id), now);
        } else {
            expire_connection(next.id, now);
        }
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

void pool_state::end_all(error_code ec) {
    for (auto& record : requests_) {
        if (record.present) {
            fail(record, ec);
        }
    }
    while (!connections_.empty()) {
        close(connections_.begin()->first);
    }
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

// Hands idle connections out and opens new ones, as many as there are requests to serve.
void pool_state::settle(time_point now) {
    for (std::size_t left = idle_.size(); left > 0 && !waiting_.empty(); --left) {
        const auto connection = idle_[left - 1];
        if (auto* const waiter = next_for(connections_.at(connection))) {
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(left - 1));
            assign(*waiter, connection);
        }
    }
    while (connecting_ < waiting_.size() && connections_.size() < settings_.max_connections) {
        const auto connection = ++last_connection_;
        auto& record = connections_[connection];
        record.id = connection;
        expiries_.set(record, later(now, settings_.connect_timeout));
        ++connecting_;
        actions_.emplace_back(open_connection{connection, later(now, settings_.connect_timeout)});
    }
}

} // namespace roomport::http::detail
