#include "sim/world_options.hpp"

#include "sim/start_law.hpp"

namespace roomport::sim {
namespace {

using namespace std::chrono_literals;

class dice {
public:
    explicit dice(std::uint64_t seed) : random_(seed) {}

    bool chance(double share) { return uniform(random_) < share; }
    double between(double low, double high) { return low + (high - low) * uniform(random_); }
    duration up_to(duration most) { return random_.up_to(most); }
    std::size_t count(std::size_t low, std::size_t high) {
        return low + static_cast<std::size_t>(random_.next() % (high - low + 1));
    }
    const std::string& law() { return start_law::names()[count(0, start_law::names().size() - 1)]; }

private:
    random_source random_;
};

void draw_rooms(world_options& drawn, dice& roll) {
    drawn.law = roll.law();
    drawn.rooms = roll.count(1, roll.chance(0.1) ? 60 : 8);
    drawn.arrivals = roll.chance(0.5) ? roll.between(0.3, 20) : 0;
    drawn.is_age_known = roll.chance(0.5);
    drawn.head_start = roll.chance(0.5) ? roll.up_to(20s) : 0s;
    drawn.waiters = roll.chance(0.5) ? 1 : roll.count(2, 12);
    drawn.join_spread = roll.up_to(8s);
    drawn.deadline = 1ms + roll.up_to(roll.chance(0.3) ? 500ms : 40s);
    drawn.deadline_spread = roll.chance(0.5) ? roll.between(0, 1) : 0;
    drawn.cancelled_share = roll.chance(0.5) ? roll.between(0, 0.5) : 0;
    const char* policies[] = {"learned", "learned", "exponential", "1", "0.1"};
    drawn.policy = policies[roll.count(0, 4)];
    drawn.tick = roll.chance(0.3) ? 0ms : 1ms + roll.up_to(50ms);
    drawn.hold_limit = roll.chance(0.4) ? 1s + roll.up_to(25s) : 0s;
    drawn.batch = roll.chance(0.4) ? roll.count(2, 20) : 0;
    drawn.holds_batches = roll.chance(0.5);
    drawn.tells_start_times = roll.chance(0.2);
}

} // namespace

world_options draw_calm(std::uint64_t seed) {
    dice roll(seed);
    world_options drawn;
    drawn.seed = seed;
    draw_rooms(drawn, roll);
    drawn.is_calm = true;
    drawn.places = 400;
    drawn.held_places = roll.count(0, 5);
    drawn.latency = 1ms + roll.up_to(20ms);
    drawn.jitter = roll.up_to(20ms);
    return drawn;
}

world_options draw_storm(std::uint64_t seed) {
    dice roll(seed);
    world_options drawn;
    drawn.seed = seed;
    draw_rooms(drawn, roll);
    drawn.cancel_all_at = roll.chance(0.05) ? 1ms + roll.up_to(10s) : 0s;
    drawn.never_ready_share = roll.chance(0.2) ? 0.2 : 0;
    drawn.gone_share = roll.chance(0.2) ? 0.3 : 0;
    drawn.not_found_grace = roll.chance(0.5) ? 3s : 0s;
    drawn.max_failures = roll.chance(0.2) ? 4 : 0;
    drawn.request_timeout = 1ms + roll.up_to(5s);
    drawn.places = roll.count(1, 6);
    drawn.held_places = roll.count(0, 4);
    drawn.rate = roll.chance(0.3) ? roll.between(0.3, 100) : 0;
    drawn.latency = 1ms + roll.up_to(roll.chance(0.8) ? 60ms : 2s);
    drawn.jitter = roll.up_to(200ms);
    drawn.lost_share = roll.chance(0.4) ? roll.between(0, 0.3) : 0;
    drawn.broken_share = roll.chance(0.4) ? roll.between(0, 0.3) : 0;
    drawn.timer_lateness = roll.chance(0.3) ? roll.up_to(30ms) : 0ms;
    drawn.limit = roll.chance(0.3) ? roll.between(0.3, 50) : 0;
    drawn.limit_depth = roll.between(1, 30);
    drawn.limit_retry_after = roll.chance(0.5) ? roll.up_to(5s) : 0s;
    drawn.clock_jump = roll.chance(0.3) ? roll.up_to(60s) : 0s;
    drawn.error_share = roll.chance(0.4) ? roll.between(0, 0.5) : 0;
    drawn.garbage_share = roll.chance(0.2) ? roll.between(0, 0.2) : 0;
    const outage_kind kinds[] = {outage_kind::unavailable, outage_kind::refuses,
                                 outage_kind::silent};
    drawn.outage = kinds[roll.count(0, 2)];
    drawn.outage_from = roll.up_to(10s);
    drawn.outage_length = roll.chance(0.3) ? roll.up_to(30s) : 0s;
    drawn.outage_retry_after = roll.chance(0.3) ? roll.up_to(5s) : 0s;
    drawn.honours_holds = roll.chance(0.7);
    drawn.left_out_share = roll.chance(0.3) ? 0.2 : 0;
    return drawn;
}

} // namespace roomport::sim
