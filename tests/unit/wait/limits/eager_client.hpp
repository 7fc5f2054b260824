#pragma once

#include "wait/limits/rate_limiter.hpp"

#include "common/random_source.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace roomport::wait_detail {

inline constexpr time_point begin = time_point() + std::chrono::hours(1000);

/// A server that refuses what its token bucket has no token for.
class enforcing_server {
public:
    enforcing_server(double rate, double depth) : rate_(rate), depth_(depth), tokens_(depth) {}

    void change_rate(double rate) { rate_ = rate; }

    bool takes(time_point now) {
        const double past = std::chrono::duration<double>(now - last_).count();
        tokens_ = std::min(depth_, tokens_ + past * rate_);
        last_ = now;
        // The rate is exact: a poll that comes in time must not fail for a rounding of the last bit.
        if (tokens_ < 1 - 1e-6) {
            return false;
        }
        tokens_ -= 1;
        return true;
    }

private:
    double rate_;
    double depth_;
    double tokens_;
    time_point last_ = begin;
};

/// Sends whatever the budget allows, with a number of places, through a line with latency.
class eager_client {
public:
    struct answer {
        poll_outcome how = poll_outcome::answered;
        std::optional<duration> retry_after;
    };
    using server = std::function<answer(time_point)>;

    eager_client(double max_rate, std::size_t places, std::uint64_t seed, server takes)
        : budget(max_rate), random_(seed), places_(places), server_(std::move(takes)) {}

    /// Sends at most `demand` polls a second until `end`.
    void run_until(time_point end, double demand = 1e9) {
        const duration distance(static_cast<duration::rep>(1e9 / demand));
        wanted_from_ = std::max(wanted_from_, now);
        while (now < end) {
            const bool has_place = under_way_.size() < places_;
            time_point next = end;
            if (has_place) {
                next = std::min(next, std::max(budget.opens_at(now), wanted_from_));
            }
            if (!under_way_.empty() && under_way_.front().ends <= next) {
                now = std::max(now, under_way_.front().ends);
                finish(under_way_.front());
                under_way_.pop_front();
            } else {
                now = std::max(now, next);
                if (now < end && has_place && wanted_from_ <= now && budget.open(now)) {
                    wanted_from_ = now + distance;
                    send();
                }
            }
        }
    }

    std::size_t sent_between(time_point from, time_point to) const {
        const auto count = [this](time_point at) {
            return std::lower_bound(sent.begin(), sent.end(), at) - sent.begin();
        };
        return static_cast<std::size_t>(count(to) - count(from));
    }

    rate_limiter budget;
    time_point now = begin;
    duration latency = std::chrono::milliseconds(20);
    duration jitter = std::chrono::milliseconds(20);
    std::vector<time_point> sent;
    std::vector<time_point> refused;

private:
    struct poll_under_way {
        time_point begun;
        time_point ends;
        answer what;
    };

    void send() {
        budget.spend(now);
        sent.push_back(now);
        poll_under_way begun;
        begun.begun = now;
        begun.ends = now + latency + random_.up_to(jitter);
        begun.what = server_(now);
        if (begun.what.how == poll_outcome::throttled) {
            refused.push_back(now);
        }
        const auto behind = std::upper_bound(
            under_way_.begin(), under_way_.end(), begun.ends,
            [](time_point at, const poll_under_way& other) { return at < other.ends; });
        under_way_.insert(behind, begun);
    }

    void finish(const poll_under_way& done) {
        if (done.what.retry_after) {
            budget.raise_floor(now + *done.what.retry_after);
        }
        budget.ended(done.what.how, done.begun, now);
    }

    random_source random_;
    std::size_t places_;
    server server_;
    std::deque<poll_under_way> under_way_;
    time_point wanted_from_ = begin;
};

inline eager_client::answer good() {
    return {};
}

inline eager_client::answer unavailable() {
    eager_client::answer answer;
    answer.how = poll_outcome::unavailable;
    return answer;
}

inline eager_client::server enforce(enforcing_server& limit) {
    return [&limit](time_point at) {
        eager_client::answer answer;
        answer.how = limit.takes(at) ? poll_outcome::answered : poll_outcome::throttled;
        return answer;
    };
}

/// Good answers, but none between two points in time.
inline eager_client::server down_between(time_point from, time_point to) {
    return [from, to](time_point at) {
        return at >= from && at < to ? unavailable() : good();
    };
}

} // namespace roomport::wait_detail
