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

time_point pool_state::expiry_of(const request_record& record) {
    return record.on == 0 ? std::min(record.deadline, record.acquire_by) : record.deadline;
}

void pool_state::watch(time_point when, subject what, std::uint64_t id) {
    if (when != time_point::max()) {
        expiries_.emplace(when, what, id);
    }
}

void pool_state::unwatch(time_point when, subject what, std::uint64_t id) {
    expiries_.erase(expiry(when, what, id));
}

std::optional<time_point> pool_state::next_expiry() const {
    if (expiries_.empty()) {
        return std::nullopt;
    }
    return std::get<time_point>(*expiries_.begin());
}

std::optional<pool_action> pool_state::next_action() {
    if (actions_.empty()) {
        return std::nullopt;
    }
    auto action = std::move(actions_.front());
    actions_.pop_front();
    return action;
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
    auto& record = requests_[request];
    record.deadline = deadline;
    if (settings_.acquire_timeout > duration{}) {
        record.acquire_by = later(now, settings_.acquire_timeout);
    }
    enqueue(request, record, ++last_place_);
    settle(now);
}

void pool_state::enqueue(request_id request, request_record& record, place at) {
    record.on = 0;
    record.at = at;
    waiting_.emplace(at, request);
    watch(expiry_of(record), subject::request, request);
}

void pool_state::forget_request(request_id request) {
    const auto found = requests_.find(request);
    if (found == requests_.end()) {
        return;
    }
    unwatch(expiry_of(found->second), subject::request, request);
    if (found->second.on == 0) {
        waiting_.erase(found->second.at);
    }
    requests_.erase(found);
}

void pool_state::forget_connection(connection_id connection) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    unwatch(found->second.expires, subject::connection, connection);
    if (found->second.phase == connection_phase::connecting) {
        --connecting_;
    } else if (found->second.phase == connection_phase::idle) {
        std::erase(idle_, connection);
    }
    connections_.erase(found);
}

void pool_state::fail(request_id request, error_code ec) {
    forget_request(request);
    actions_.emplace_back(fail_request{request, ec});
}

void pool_state::close(connection_id connection) {
    forget_connection(connection);
    actions_.emplace_back(close_connection{connection, false});
}

void pool_state::remove(request_id request, time_point now) {
    const auto found = requests_.find(request);
    if (found == requests_.end()) {
        return;
    }
    const auto connection = found->second.on;
    forget_request(request);
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
    auto& record = found->second;
    unwatch(record.expires, subject::connection, connection);
    --connecting_;
    record.phase = connection_phase::idle;
    record.expires = later(now, settings_.idle_timeout);
    watch(record.expires, subject::connection, connection);
    idle_.push_back(connection);
    settle(now);
}

void pool_state::connect_failed(connection_id connection, error_code ec, time_point now) {
    if (!connections_.contains(connection)) {
        return;
    }
    forget_connection(connection);
    actions_.emplace_back(close_connection{connection, true});
    if (!waiting_.empty()) {
        fail(waiting_.begin()->second, ec);
    }
    settle(now);
}

void pool_state::finished(connection_id connection, bool reusable, time_point now) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    auto& record = found->second;
    forget_request(record.serves);
    if (!reusable) {
        close(connection);
        settle(now);
        return;
    }
    record.serves = 0;
    record.used = true;
    record.phase = connection_phase::idle;
    record.expires = later(now, settings_.idle_timeout);
    watch(record.expires, subject::connection, connection);
    idle_.push_back(connection);
    settle(now);
}

void pool_state::requeue(connection_id connection, bool needs_fresh, time_point now) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        return;
    }
    const auto request = found->second.serves;
    close(connection);
    auto& record = requests_.at(request);
    unwatch(expiry_of(record), subject::request, request);
    record.needs_fresh = record.needs_fresh || needs_fresh;
    enqueue(request, record, --first_place_);
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
    while (!expiries_.empty() && std::get<time_point>(*expiries_.begin()) <= now) {
        const auto [when, what, id] = *expiries_.begin();
        if (what == subject::request) {
            expire_request(id, now);
        } else {
            expire_connection(id, now);
        }
    }
    close_unneeded_attempts();
    settle(now);
}

void pool_state::expire_request(request_id request, time_point now) {
    const auto& record = requests_.at(request);
    const auto connection = record.on;
    fail(request, record.deadline <= now ? error::attempt_timeout : error::acquire_timeout);
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
    std::vector<request_id> requests;
    for (const auto& item : requests_) {
        requests.push_back(item.first);
    }
    std::sort(requests.begin(), requests.end());
    for (const auto request : requests) {
        fail(request, ec);
    }
    while (!connections_.empty()) {
        close(connections_.begin()->first);
    }
}

std::optional<request_id> pool_state::next_for(const connection_record& candidate) const {
    for (const auto& [at, request] : waiting_) {
        if (!candidate.used || !requests_.at(request).needs_fresh) {
            return request;
        }
    }
    return std::nullopt;
}

void pool_state::assign(request_id request, connection_id connection) {
    auto& waiter = requests_.at(request);
    auto& record = connections_.at(connection);
    unwatch(expiry_of(waiter), subject::request, request);
    waiting_.erase(waiter.at);
    waiter.on = connection;
    watch(expiry_of(waiter), subject::request, request);
    unwatch(record.expires, subject::connection, connection);
    record.expires = time_point::max();
    record.phase = connection_phase::busy;
    record.serves = request;
    actions_.emplace_back(start_exchange{request, connection, record.used});
}

// Hands idle connections out and opens new ones, as many as there are requests to serve.
void pool_state::settle(time_point now) {
    for (std::size_t left = idle_.size(); left > 0 && !waiting_.empty(); --left) {
        const auto connection = idle_[left - 1];
        if (const auto request = next_for(connections_.at(connection))) {
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(left - 1));
            assign(*request, connection);
        }
    }
    while (connecting_ < waiting_.size() && connections_.size() < settings_.max_connections) {
        const auto connection = ++last_connection_;
        auto& record = connections_[connection];
        record.expires = later(now, settings_.connect_timeout);
        watch(record.expires, subject::connection, connection);
        ++connecting_;
        actions_.emplace_back(open_connection{connection, record.expires});
    }
}

} // namespace roomport::http::detail
