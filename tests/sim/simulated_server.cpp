#include "sim/simulated_server.hpp"

#include "sim/start_law.hpp"

#include <roomport/error.hpp>

#include <algorithm>

namespace roomport::sim {
namespace {

observation failed_status(int status) {
    observation seen = failed_poll(make_http_status_error(status));
    seen.http_status = status;
    return seen;
}

} // namespace

observation failed_poll(error_code ec) {
    observation seen;
    seen.error = ec;
    return seen;
}

simulated_server::simulated_server(const world_options& options, time_point begin)
    : options_(options), random_(options.seed ^ 0x5e7fe7U), begin_(begin), filled_at_(begin),
      tokens_(options.limit_depth) {}

answer_kind simulated_server::receive(time_point now) {
    ++requests_;
    if (is_out_of_order(now)) {
        switch (options_.outage) {
        case outage_kind::refuses:
            return answer_kind::no_connection;
        case outage_kind::silent:
            return answer_kind::none;
        default:
            return answer_kind::unavailable;
        }
    }
    if (uniform(random_) < options_.lost_share) {
        return answer_kind::none;
    }
    if (uniform(random_) < options_.broken_share) {
        return answer_kind::closed;
    }
    if (!takes(now)) {
        ++refusals_;
        return answer_kind::refused;
    }
    if (uniform(random_) < options_.error_share) {
        return answer_kind::unavailable;
    }
    return uniform(random_) < options_.garbage_share ? answer_kind::garbage : answer_kind::told;
}

time_point simulated_server::holds_until(const std::vector<std::uint32_t>& keys, duration hold,
                                         time_point now) const {
    if (hold <= duration::zero() || !options_.honours_holds) {
        return now;
    }
    time_point until = now + std::min(hold, options_.hold_limit);
    for (const auto key : keys) {
        until = std::min(until, rooms[key].news_at());
    }
    return std::max(now, until);
}

observation simulated_server::tell(std::uint32_t room, time_point now) {
    const simulated_room& one = rooms[room];
    if (now >= one.gone_at) {
        observation seen = failed_status(404);
        seen.state = observed_state::gone;
        return seen;
    }
    observation seen;
    seen.http_status = 200;
    seen.hold_limit = options_.hold_limit;
    if (now < one.ready_at) {
        seen.state = observed_state::starting;
        seen.status = "starting";
        return seen;
    }
    seen.state = observed_state::ready;
    seen.status = "active";
    seen.exposed_port.host = "host.example";
    seen.exposed_port.port = static_cast<std::int32_t>(1 + room % 65535);
    if (options_.tells_start_times) {
        seen.start_time = one.ready_at - one.created;
    }
    return seen;
}

bool simulated_server::leaves_out() {
    return options_.left_out_share > 0 && uniform(random_) < options_.left_out_share;
}

observation simulated_server::refuse(answer_kind kind, time_point now) {
    observation seen;
    switch (kind) {
    case answer_kind::refused:
        seen = failed_status(429);
        seen.not_before = retry_at(options_.limit_retry_after, now);
        break;
    case answer_kind::unavailable:
        seen = failed_status(503);
        if (is_out_of_order(now)) {
            seen.not_before = retry_at(options_.outage_retry_after, now);
        }
        break;
    case answer_kind::garbage:
        seen = failed_poll(error::not_json);
        seen.http_status = 200;
        break;
    case answer_kind::no_connection:
        seen = failed_poll(error::connect_failed);
        break;
    default:
        seen = failed_poll(error::connection_closed);
        break;
    }
    return seen;
}

bool simulated_server::is_out_of_order(time_point now) const noexcept {
    const duration past = now - begin_ - options_.outage_from;
    return past >= duration::zero() && past < options_.outage_length;
}

bool simulated_server::takes(time_point now) noexcept {
    if (options_.limit <= 0) {
        return true;
    }
    const double past = std::chrono::duration<double>(now - filled_at_).count();
    filled_at_ = now;
    tokens_ = std::min(std::max(1.0, options_.limit_depth), tokens_ + past * options_.limit);
    // A request that comes exactly in time must not fail for the last bit of a sum.
    if (tokens_ < 1 - 1e-6) {
        return false;
    }
    tokens_ -= 1;
    return true;
}

std::optional<time_point> simulated_server::retry_at(duration after, time_point now) {
    if (after <= duration::zero()) {
        return std::nullopt;
    }
    // A date goes through two wall clocks; what the observer makes of it may be early, late, or past.
    const duration wrong = random_.up_to(2 * options_.clock_jump) - options_.clock_jump;
    return now + after + wrong;
}

} // namespace roomport::sim
