#include "sim/scenarios.hpp"

#include "sim/bounds.hpp"

#include <stdexcept>

namespace roomport::sim {
namespace {

using namespace std::chrono_literals;

// 20 ms' worth of polls may begin ahead of a configured rate.
constexpr double burst_of(double rate) {
    return 1 + 0.02 * rate;
}

// What learned_cadence takes a poll to cost unless it is told otherwise, in seconds.
constexpr double price_of_poll = 0.1;
constexpr double shortage = 1.5;

/// Rooms arrive faster than they can all be polled as often as one would like.
///
/// How fast that is depends on the law: a room of a narrow one needs few polls. So they arrive such that the polls which
/// the optimal schedule would ask for at the learned cadence's price are one and a half times those that the rate allows.
/// The bound is that of the polls which are left for each room.
void make_short_rate(scenario& made, const std::string& law) {
    world_options& options = made.options;
    options.law = law;
    options.rooms = 20'000;
    options.warm_up = 2'000;
    options.rate = 200;
    options.arrivals = options.rate * shortage / optimal_polls(start_law::find(law), price_of_poll);
    options.places = 64;
    options.latency = 0ms;
    options.deadline = 300s;
    made.bound = delay_bound(start_law::find(law), options.rate / options.arrivals);
}

/// The same, after rooms of another law came at that pace until half of all had come.
void make_changed_short_rate(scenario& made, const std::string& law) {
    make_short_rate(made, law);
    world_options& options = made.options;
    options.later_law = law;
    options.law = law == "wide" ? "tight" : "wide";
    const double before = 10'000;
    options.law_change = std::chrono::duration_cast<duration>(
        std::chrono::duration<double>(before / options.arrivals));
    options.rooms = 40'000;
    options.warm_up = 30'000;
}

void make_burst(scenario& made, std::size_t batch, bool is_limit_known) {
    world_options& options = made.options;
    options.law = "wide";
    options.rooms = 10'000;
    options.rate = is_limit_known ? 20 : 0;
    options.limit = 20;
    options.limit_depth = 20;
    options.batch = batch;
    options.deadline = 900s;
    options.latency = 20ms;
    options.jitter = 5ms;
    made.is_burst = true;
    const double burst = is_limit_known ? burst_of(20) : options.limit_depth;
    made.bound = burst_bound(start_law::find("wide"), options.rooms, 20,
                             batch > 1 ? static_cast<double>(batch) : 1, burst);
}

void make_outage(scenario& made, const std::string& law) {
    world_options& options = made.options;
    options.law = law;
    options.rooms = 6'000;
    options.arrivals = 30;
    options.places = 32;
    options.outage_from = 60s;
    options.outage_length = 60s;
    options.deadline = 300s;
}

void make_crowd(scenario& made, std::size_t waiters) {
    world_options& options = made.options;
    options.law = "wide";
    options.rooms = 10'000;
    options.waiters = waiters;
    options.arrivals = 200;
    options.join_spread = 2s;
    options.places = 256;
    options.deadline = 120s;
    options.deadline_spread = 0.95;
    options.cancelled_share = 0.2;
}

const std::vector<std::pair<std::string, std::string>> rows = {
    {"short-rate", "200 polls a second, any law; rooms arrive so fast that the optimal schedule at "
                   "0.1 s a poll would "
                   "need 300; the bound is that of the polls left for each room"},
    {"short-rate-change",
     "the same, but until the 10,000th room the law was another (wide, or tight "
     "instead of wide); the means are of the 30,001st and later"},
    {"burst",
     "10,000 rooms at once, a server that enforces 20 requests a second, limit configured"},
    {"burst-batch", "the same with 10 rooms a request"},
    {"burst-unknown", "as burst, but the limit has to be found out"},
    {"outage", "30 rooms a second; the server answers 503 from the 60th second to the 120th"},
    {"crowd", "100,000 waiters on 10,000 rooms, each with its own deadline, a fifth cancelled"},
    {"crowd-alone", "the same rooms with one waiter each"},
};

} // namespace

std::vector<std::pair<std::string, std::string>> scenario_names() {
    return rows;
}

scenario find_scenario(const std::string& name, const std::string& law) {
    scenario made;
    for (const auto& [known, text] : rows) {
        if (known == name) {
            made.name = known;
            made.text = text;
        }
    }
    if (name == "short-rate") {
        make_short_rate(made, law);
    } else if (name == "short-rate-change") {
        make_changed_short_rate(made, law);
    } else if (name == "burst") {
        make_burst(made, 0, true);
    } else if (name == "burst-batch") {
        make_burst(made, 10, true);
    } else if (name == "burst-unknown") {
        make_burst(made, 0, false);
    } else if (name == "outage") {
        make_outage(made, law);
    } else if (name == "crowd") {
        make_crowd(made, 10);
    } else if (name == "crowd-alone") {
        make_crowd(made, 1);
    } else {
        throw std::invalid_argument("there is no scenario named '" + name + "'");
    }
    return made;
}

} // namespace roomport::sim
