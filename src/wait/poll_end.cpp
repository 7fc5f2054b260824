#include "wait/poll_end.hpp"

#include "wait/history/seen_history.hpp"

#include <roomport/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>

namespace roomport::wait_detail {
namespace {

// The poll's own deadline passed; a connection that took too long is a failure like any other.
bool ran_out_of_time(const observation& seen) {
    return seen.state == observed_state::failed && seen.error == error_code(error::attempt_timeout);
}

bool is_dropped_hold(const observation& seen) {
    return seen.held && seen.state == observed_state::failed &&
           (seen.error == errc::closed || seen.error == errc::timeout);
}

} // namespace

bool is_without_news(const ended_poll& done, const observation& seen) {
    const bool gave_way = done.gives_way && seen.error == boost::asio::error::operation_aborted;
    const bool is_dropped = done.is_held() && is_dropped_hold(seen);
    return gave_way || is_dropped || (done.is_cut_short && ran_out_of_time(seen));
}

poll_outcome outcome_of(const observation& seen) {
    if (!has_failed(seen.state)) {
        return poll_outcome::answered;
    }
    const error_code ec = seen.error;
    if (ec == errc::http_status) {
        if (ec.value() == 429) {
            return poll_outcome::throttled;
        }
        return ec == errc::server_unavailable ? poll_outcome::unavailable : poll_outcome::answered;
    }
    // The pool is this side's own: waiting for a connection of it says nothing about the server.
    if (ec == error_code(error::acquire_timeout)) {
        return poll_outcome::unknown;
    }
    const errc kind = classify(ec);
    if (kind == errc::connect || kind == errc::dns || kind == errc::closed ||
        kind == errc::timeout) {
        return poll_outcome::unavailable;
    }
    return seen.http_status != 0 ? poll_outcome::answered : poll_outcome::unknown;
}

time_point decided_after(const ended_poll& done, duration lead, time_point now) {
    return done.is_held() ? std::max(done.sent, now - lead) : done.sent;
}

} // namespace roomport::wait_detail
