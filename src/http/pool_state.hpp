#pragma once

#include "http/expiry_heap.hpp"

#include <roomport/clock.hpp>
#include <roomport/default_timeouts.hpp>
#include <roomport/error.hpp>
#include <roomport/http/message.hpp>

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace roomport::http::detail {

/// Names a request. The lower half is its place in tables: no other request that is present has the same, and small
/// ones are to be used again.
using request_id = std::uint64_t;
using connection_id = std::uint64_t;

/// Begin an attempt to connect.
struct open_connection {
    connection_id connection = 0;
    /// When `pool_state` will end the attempt.
    time_point finish_by{};
    friend bool operator==(const open_connection&, const open_connection&) = default;
};

/// End a connection, or the attempt to make one; nothing is reported about it any more.
struct close_connection {
    connection_id connection = 0;
    /// It was an attempt that failed.
    bool attempt_failed = false;
    friend bool operator==(const close_connection&, const close_connection&) = default;
};

/// Send a request on a connection.
struct start_exchange {
    request_id request = 0;
    connection_id connection = 0;
    /// The connection has served a request before.
    bool reused = false;
    friend bool operator==(const start_exchange&, const start_exchange&) = default;
};

/// Complete a request with an error; the state knows it no longer.
struct fail_request {
    request_id request = 0;
    error_code error;
    /// The attempt to connect that it fails with, which is closed next; zero when it fails for another reason.
    connection_id attempt = 0;
    friend bool operator==(const fail_request&, const fail_request&) = default;
};

/// What there was no memory for is tried again so much later.
constexpr duration pause_after_failure = std::chrono::milliseconds(50);

/// What a request is to get, and how much time for it.
struct request_terms {
    request_class of = request_class::call;
    bool is_urgent = false;
    time_point deadline = time_point::max();
    /// See @ref request::attempt_timeout.
    duration attempt_timeout = duration::max();
};

using pool_action = std::variant<open_connection, close_connection, start_exchange, fail_request>;

/// All decisions of a pool, without I/O: which request gets which connection, when one is opened, what ends when.
///
/// Every function may produce actions; the owner carries them out in order. Without memory `add` throws; whatever else
/// there is no memory for waits until `next_expiry`.
class pool_state {
public:
    struct settings {
        std::size_t max_connections = 8;
        /// Zero: an eighth.
        std::size_t poll_connections = 0;
        /// Of each class.
        std::size_t max_waiting = 65'536;
        /// Zero: none.
        duration acquire_timeout{};
        duration connect_timeout = default_connect_timeout;
        duration idle_timeout = std::chrono::seconds(30);
    };

    explicit pool_state(const settings& how);
    pool_state(const pool_state&) = delete;
    pool_state& operator=(const pool_state&) = delete;
    ~pool_state() {
        calls_.clear();
        polls_.clear();
    }

    /// A request has come.
    /// @throws std::bad_alloc with nothing changed.
    void add(request_id request, const request_terms& terms, time_point now);

    /// A request's caller has cancelled it; there is no `fail_request` for it. Unknown ones are ignored.
    void remove(request_id request, time_point now);

    /// A connection is established.
    void connected(connection_id connection, time_point now);

    /// An attempt to connect has failed. One request fails with it: the first of a class, of each class in turn.
    void connect_failed(connection_id connection, error_code ec, time_point now);

    /// An exchange has ended and its request was completed by the owner.
    void finished(connection_id connection, bool reusable, time_point now);

    /// A connection died under a request that may be sent again: it is the next to get a fresh connection.
    void retry_on_fresh(connection_id connection, time_point now);

    /// A connection turned out dead before any of its request was sent: the request is the next to get any.
    void retry_unsent(connection_id connection, time_point now);

    /// An idle connection has ended.
    void lost(connection_id connection, time_point now);

    /// Time has passed.
    void expire(time_point now);

    /// Everything ends: each request with `ec`.
    /// @return whether that was all; else it is to be called again once the actions are carried out.
    bool end_all(error_code ec);

    /// When `expire` has something to do.
    std::optional<time_point> next_expiry() const;

    /// The next action, taken out.
    std::optional<pool_action> next_action();

    std::size_t connecting() const noexcept { return connecting_; }
    std::size_t idle() const noexcept { return idle_.size(); }
    std::size_t busy() const noexcept { return connections_.size() - connecting_ - idle_.size(); }
    std::size_t waiting() const noexcept { return calls_.size() + polls_.size(); }
    std::size_t waiting(request_class of) const noexcept;

    /// How many requests of a class are served at the same time at present.
    std::size_t places(request_class of) const noexcept;

private:
    /// Waiting while it is linked.
    struct request_record : expiring, boost::intrusive::list_base_hook<> {
        request_record() : expiring(kind::request) {}

        bool present = false;
        bool needs_fresh = false;
        request_terms terms;
        /// For a connection; then, since when its attempt lasts.
        time_point since{};
        connection_id on = 0;
    };

    enum class connection_phase { connecting, idle, busy };

    struct connection_record : expiring {
        connection_record() : expiring(kind::connection) {}

        connection_phase phase = connection_phase::connecting;
        request_id serves = 0;
        bool used = false;
        time_point began_at{};
    };

    using request_queue = boost::intrusive::list<request_record>;

    request_queue& queue_of(request_class which) noexcept;
    request_record& make_request(request_id request);
    request_record* find_request(request_id request);
    /// Makes room for actions beside the end of each connection, which must never want for memory.
    void reserve_actions(std::size_t count);
    /// Lets a request wait, until its deadline or as long as one may wait.
    void enqueue(request_record& record, bool first, time_point now);
    time_point acquire_by(const request_record& record) const;
    /// When an attempt that still waits for a connection has taken too long, as things stand.
    time_point attempt_by(const request_record& record) const;
    /// Whether nothing speaks for the server at present.
    bool is_silent() const noexcept { return in_trouble_ || connections_.size() == connecting_; }
    /// When it is to be seen whether a waiting request has waited too long.
    time_point next_check(const request_record& record, time_point now) const;
    void fail(request_record& record, error_code ec, connection_id attempt = 0);
    void forget_request(request_record& record);
    /// A request no longer has its connection.
    void leave_connection(request_record& record);
    /// A poll's time on its connection counts against the share of the polls.
    void note_end(const request_record& record, time_point now);
    void forget_connection(connection_id connection);
    void close(connection_id connection);
    void close_unneeded_attempts();
    void requeue(connection_id connection, bool needs_fresh, time_point now);
    void become_idle(connection_record& record, time_point now);
    void expire_request(request_record& record, time_point now);
    void expire_connection(connection_id connection, time_point now);
    /// Whether a poll is next, should both a call and a poll wait.
    bool polls_come_first(time_point now) const noexcept;
    request_record* next_for(const connection_record& candidate, time_point now);
    /// The one that fails with an attempt. @pre one waits.
    request_record& next_to_fail();
    void expire_waiting(request_record& record, time_point now);
    void assign(request_record& waiter, connection_id connection, time_point now);
    /// Hands idle connections out and opens new ones, as many as there are requests to serve.
    void settle(time_point now);
    void hand_out_idle(time_point now);
    void open_wanted(time_point now);

    settings settings_;
    /// By the lower half of the id.
    std::deque<request_record> requests_;
    std::unordered_map<connection_id, connection_record> connections_;
    request_queue calls_;
    request_queue polls_;
    std::size_t polls_under_way_ = 0;
    /// Connections that polls find while calls wait.
    std::size_t poll_places_;
    /// Where one place is more than their share: until when calls come first.
    time_point polls_rest_until_ = time_point::min();
    bool poll_fails_next_ = false;
    /// An attempt, to connect or of a request, took too long or failed, and nothing was answered since.
    bool in_trouble_ = false;
    /// When the server was last heard of.
    time_point heard_at_ = time_point::min();
    /// The most recently used last: it is taken first, so that the others can age.
    std::vector<connection_id> idle_;
    expiry_heap expiries_;
    /// Those before `next_action_` were carried out.
    std::vector<pool_action> actions_;
    std::size_t next_action_ = 0;
    /// When to settle what there was no memory for.
    time_point catch_up_at_ = time_point::max();
    std::size_t connecting_ = 0;
    connection_id last_connection_ = 0;
};

} // namespace roomport::http::detail
