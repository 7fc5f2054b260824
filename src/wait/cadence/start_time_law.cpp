#include "wait/cadence/start_time_law.hpp"

#include <algorithm>
#include <cmath>

namespace roomport::wait_detail {
namespace {

using namespace start_time_grid;

// How many rooms each memory reaches back.
constexpr std::array<double, 3> reach = {20, 100, 400};

// The part of belief that is shared out anew with every room, so that an expert out of favour comes back quickly.
constexpr double shared_belief = 0.002;

// How likely a room is taken to follow the prior rather than what was learned. Without it a law that became faster
// would stay hidden in the interval before the first poll for ever.
constexpr double surprise = 0.002;

// The logarithm of the odds at which a law is taken to have changed.
constexpr double certain_change = 6.5;

// Keys that wait in a queue are found in the order in which they are ranked, those of like ages together: memories
// reach back to so many times their number, and each may mislead by so much, either way, who looks for a change.
constexpr double crowd_reach = 2;
constexpr double crowd_doubt = 0.1;

// The prior counts as much as this many rooms. It is even on a logarithmic scale from a tenth of a second to the
// horizon, with a little of it evenly over all, and a little beyond.
constexpr double prior_rooms = 0.5;
constexpr double prior_begin = 0.1;
constexpr double prior_even = 0.02;
constexpr double prior_later = 0.05;

// The tail beyond the horizon is learned from few rooms: it begins as if it had seen this many of shape one.
constexpr double tail_prior = 2;
constexpr double tail_reach = 100;
constexpr double flattest_tail = 0.02;
constexpr double steepest_tail = 4;

const start_time_chances& prior() {
    static const start_time_chances law = [] {
        start_time_chances made{};
        const double span = std::log(horizon / prior_begin);
        for (std::size_t bin = 0; bin < bins; ++bin) {
            const double begin = std::max(edges[bin], prior_begin);
            const double end = std::max(edges[bin + 1], prior_begin);
            made[bin] = (1 - prior_even - prior_later) * std::log(end / begin) / span +
                        prior_even * width(bin) / horizon;
        }
        made[bins] = prior_later;
        return made;
    }();
    return law;
}

/// Spreads weights to bins `stride` away by [1 2 1]/4; what would leave at an end is thrown back.
void spread(start_time_chances& weights, std::size_t stride) {
    const start_time_chances copy = weights;
    // Most of the time of learning is spent here: plain pointers keep builds without optimization quick, too.
    const double* const before = copy.data();
    double* const after = weights.data();
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::size_t left = bin < stride ? stride - bin - 1 : bin - stride;
        const std::size_t right = bin + stride < bins ? bin + stride : 2 * bins - 1 - bin - stride;
        after[bin] = (before[left] + 2 * before[bin] + before[right]) / 4;
    }
}

/// What a memory gives to a cell, or to several, with the prior.
double with_prior(double weight, double total, double before) {
    return (weight + prior_rooms * before) / (total + prior_rooms);
}

} // namespace

/// The cells that an interval touches, and how much of each lies in it.
class start_time_law::interval {
public:
    interval(double after, double by)
        : first(after < horizon ? bin_at(after) : bins), last(std::max(first, bin_of_end(by))),
          first_part_(overlap(first, after, by)), last_part_(overlap(last, after, by)) {
        // A time known exactly has no width: its bin stands for it.
        if (first == last && first_part_ <= 0) {
            first_part_ = 1;
        }
    }

    double part(std::size_t cell) const {
        if (cell == first) {
            return first_part_;
        }
        return cell == last ? last_part_ : 1;
    }

    double chance(const start_time_chances& law) const {
        double sum = 0;
        for (std::size_t cell = first; cell <= last; ++cell) {
            sum += law[cell] * part(cell);
        }
        return sum;
    }

    /// Adds a room whose start is shared out by `law`.
    void share_out(double room, const start_time_chances& law, start_time_chances& weights) const {
        const double each = room / chance(law);
        for (std::size_t cell = first; cell <= last; ++cell) {
            weights[cell] += each * part(cell) * law[cell];
        }
    }

    /// Adds a room whose start may lie anywhere: evenly, or by the prior where there is no end.
    void share_out_evenly(double room, start_time_chances& weights) const {
        if (last == bins) {
            share_out(room, prior(), weights);
            return;
        }
        double whole = 0;
        for (std::size_t cell = first; cell <= last; ++cell) {
            whole += width(cell) * part(cell);
        }
        for (std::size_t cell = first; cell <= last; ++cell) {
            weights[cell] += room * width(cell) * part(cell) / whole;
        }
    }

    const std::size_t first;
    const std::size_t last;

private:
    static std::size_t bin_of_end(double by) {
        if (by > horizon) {
            return bins;
        }
        const std::size_t bin = by < horizon ? bin_at(by) : bins - 1;
        return bin > 0 && edges[bin] >= by ? bin - 1 : bin;
    }

    static double overlap(std::size_t cell, double after, double by) {
        if (cell == bins) {
            return 1;
        }
        return (std::min(by, edges[cell + 1]) - std::max(after, edges[cell])) / width(cell);
    }

    double first_part_;
    double last_part_;
};

start_time_law::start_time_law() : tail_starts_(tail_prior), tail_exposure_(tail_prior) {
    forget(memory());
}

void start_time_law::forget(const memory& start) {
    memories_.fill(start);
    for (auto& of_memory : beliefs_) {
        of_memory.fill(even_belief);
    }
    fresh_ = memory();
    suspicion_ = 0;
}

template <class Visit>
start_time_chances start_time_law::mix(Visit visit) const {
    start_time_chances mixture{};
    double* const sum = mixture.data();
    double of_prior = 0;
    for (std::size_t index = 0; index < memories; ++index) {
        const memory& one = memories_[index];
        start_time_chances smooth = one.weights;
        for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
            // Two rounds at doubled distance spread twice as far as all before: few rounds reach wide.
            const std::size_t stride = std::size_t(1) << smoothing;
            spread(smooth, stride);
            spread(smooth, stride);
            const double belief = beliefs_[index][smoothing] / (one.total + prior_rooms);
            const double* const weights = smooth.data();
            for (std::size_t cell = 0; cell <= bins; ++cell) {
                sum[cell] += belief * weights[cell];
            }
            of_prior += belief * prior_rooms;
            visit(index, smoothing, smooth);
        }
    }
    const double* const before = prior().data();
    for (std::size_t cell = 0; cell <= bins; ++cell) {
        sum[cell] += of_prior * before[cell];
    }
    return mixture;
}

void start_time_law::learn(double after, double by, std::size_t queued) {
    crowd_ = std::max(crowd_ - 1, static_cast<double>(queued));
    const interval seen(after, by);
    const double by_prior = seen.chance(prior());
    beliefs by_expert{};
    const start_time_chances law =
        mix([&](std::size_t index, std::size_t smoothing, const start_time_chances& weights) {
            by_expert[index][smoothing] =
                with_prior(seen.chance(weights), memories_[index].total, by_prior);
        });
    const double foretold = seen.chance(law);
    learn_tail(after, by, seen.last == bins ? law[bins] / foretold : 0);
    ++rooms_;
    if (suspect_change(seen, foretold)) {
        return;
    }
    believe(by_expert);
    const double astray = surprise * by_prior / ((1 - surprise) * foretold + surprise * by_prior);
    for (std::size_t index = 0; index < memories; ++index) {
        memory& one = memories_[index];
        const double kept = 1 - 1 / std::max(reach[index], crowd_reach * crowd_);
        for (double& weight : one.weights) {
            weight *= kept;
        }
        one.total = one.total * kept + 1;
        seen.share_out(1 - astray, law, one.weights);
        seen.share_out_evenly(astray, one.weights);
    }
}

void start_time_law::believe(const beliefs& foretold) {
    double whole = 0;
    for (std::size_t index = 0; index < memories; ++index) {
        for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
            beliefs_[index][smoothing] *= foretold[index][smoothing];
            whole += beliefs_[index][smoothing];
        }
    }
    for (auto& of_memory : beliefs_) {
        for (double& belief : of_memory) {
            belief = (1 - shared_belief) * belief / whole + shared_belief * even_belief;
        }
    }
}

bool start_time_law::suspect_change(const interval& seen, double foretold) {
    start_time_chances law{};
    for (std::size_t cell = 0; cell <= bins; ++cell) {
        law[cell] = with_prior(fresh_.weights[cell], fresh_.total, prior()[cell]);
    }
    suspicion_ += std::log(seen.chance(law) / foretold);
    const double doubt = crowd_doubt * crowd_;
    if (suspicion_ <= -doubt) {
        fresh_ = memory();
        suspicion_ = 0;
        return false;
    }
    seen.share_out(1, law, fresh_.weights);
    fresh_.total += 1;
    if (suspicion_ < certain_change + doubt) {
        return false;
    }
    forget(memory(fresh_));
    return true;
}

void start_time_law::learn_tail(double after, double by, double share) {
    const bool is_over = std::isfinite(by);
    const double from = std::log(std::max(after, horizon) / horizon);
    const double until = is_over ? std::log(std::max(by, horizon) / horizon) : from;
    if (share <= 0 || until <= 0) {
        return;
    }
    // A power law has the same chance of a start in each logarithmic step: starts by steps watched.
    const double kept = 1 - 1 / tail_reach;
    tail_starts_ = tail_prior + (tail_starts_ - tail_prior) * kept + (is_over ? share : 0);
    tail_exposure_ = tail_prior + (tail_exposure_ - tail_prior) * kept + share * (from + until) / 2;
}

start_time_estimate start_time_law::estimate() const {
    start_time_estimate result;
    result.chances = mix([](std::size_t, std::size_t, const start_time_chances&) {});
    result.tail_shape = std::clamp(tail_starts_ / tail_exposure_, flattest_tail, steepest_tail);
    return result;
}

} // namespace roomport::wait_detail
