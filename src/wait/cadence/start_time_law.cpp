#include "wait/cadence/start_time_law.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace roomport::wait_detail {
namespace {

using namespace start_time_grid;

// How many rooms each memory reaches back.
constexpr std::array<double, 4> reach = {10, 40, 160, 640};

// How far the law that begins anew is smoothed.
constexpr std::size_t fresh_stride = 2;

// So often few rooms are shared out again after each room, and after a change: what the first ones taught was shared
// out by a law that knew next to nothing.
constexpr int rounds = 2;
constexpr int rounds_after_change = 3;

// The part of belief that is shared out anew with every room, so that an expert out of favour comes back quickly.
constexpr double shared_belief = 0.01;

// The part of a region's belief that follows the belief of all with every room.
constexpr double common_belief = 0.005;

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
/// @param from, until the bins that take part; all others hold nothing, and get nothing.
void spread(start_time_chances& weights, std::size_t stride, std::size_t from = 0,
            std::size_t until = bins) {
    start_time_chances copy;
    const std::size_t margin_from = from < stride ? 0 : from - stride;
    const std::size_t margin_until = std::min(bins, until + stride);
    std::copy(weights.data() + margin_from, weights.data() + margin_until,
              copy.data() + margin_from);
    // Most of the time of learning is spent here: plain pointers keep builds without optimization quick, too.
    const double* const before = copy.data();
    double* const after = weights.data();
    for (std::size_t bin = from; bin < until; ++bin) {
        const std::size_t left = bin < stride ? stride - bin - 1 : bin - stride;
        const std::size_t right = bin + stride < bins ? bin + stride : 2 * bins - 1 - bin - stride;
        after[bin] = (before[left] + 2 * before[bin] + before[right]) / 4;
    }
}

double sum_of(const std::array<double, 4>& all) {
    return std::accumulate(all.begin(), all.end(), 0.0);
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
    for (auto& of_region : regional_) {
        for (auto& of_memory : of_region) {
            of_memory.fill(1.0 / smoothings);
        }
    }
    fresh_ = memory();
    fresh_rooms_ = 0;
    suspicion_ = 0;
}

start_time_chances start_time_law::mix() const {
    start_time_chances mixture{};
    double* const sum = mixture.data();
    double of_prior = 0;
    for (std::size_t smoothing = smoothings; smoothing-- > 0;) {
        for (std::size_t index = 0; index < memories; ++index) {
            const memory& one = memories_[index];
            const double in_memory = sum_of(beliefs_[index]) / (one.total + prior_rooms);
            const double* const weights = one.weights.data();
            // Before it is smoothed: a region decides how far its own rooms are spread.
            for (std::size_t region = 0; region < regions; ++region) {
                const double belief = in_memory * regional_[region][index][smoothing];
                const std::size_t end = std::min(bins + 1, (region + 1) * region_cells);
                for (std::size_t cell = region * region_cells; cell < end; ++cell) {
                    sum[cell] += belief * weights[cell];
                }
            }
            of_prior += smoothing == 0 ? in_memory * prior_rooms : 0;
        }
        // Two rounds at doubled distance spread twice as far as all before: few rounds reach wide.
        // From the widest to the narrowest: each round of smoothing is made once for all experts that take part in it.
        const std::size_t stride = std::size_t(1) << smoothing;
        spread(mixture, stride);
        spread(mixture, stride);
    }
    const double* const before = prior().data();
    for (std::size_t cell = 0; cell <= bins; ++cell) {
        sum[cell] += of_prior * before[cell];
    }
    return mixture;
}

start_time_law::foretelling start_time_law::foretell(const interval& seen) const {
    const double by_prior = seen.chance(prior());
    // To smooth the interval comes to the same as to smooth every memory.
    start_time_chances smooth{};
    for (std::size_t cell = seen.first; cell <= seen.last; ++cell) {
        smooth[cell] = seen.part(cell);
    }
    std::size_t from = std::min(seen.first, bins);
    std::size_t until = std::min(seen.last + 1, bins);
    foretelling result{};
    for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
        const std::size_t stride = std::size_t(1) << smoothing;
        for (int round = 0; round < 2; ++round) {
            from = from < stride ? 0 : from - stride;
            until = std::min(bins, until + stride);
            spread(smooth, stride, from, until);
        }
        for (std::size_t index = 0; index < memories; ++index) {
            const memory& one = memories_[index];
            const double* const weights = one.weights.data();
            const double later = smooth[bins] * weights[bins];
            double sum = later;
            result.parts[regions - 1][index][smoothing] = later / (one.total + prior_rooms);
            for (std::size_t cell = from; cell < until;) {
                const std::size_t region = cell / region_cells;
                const std::size_t end = std::min(until, (region + 1) * region_cells);
                double part = 0;
                for (; cell < end; ++cell) {
                    part += smooth[cell] * weights[cell];
                }
                result.parts[region][index][smoothing] += part / (one.total + prior_rooms);
                sum += part;
            }
            result.whole[index][smoothing] = with_prior(sum, one.total, by_prior);
        }
    }
    return result;
}

void start_time_law::learn(double after, double by, std::size_t queued) {
    crowd_ = std::max(crowd_ - 1, static_cast<double>(queued));
    const interval seen(after, by);
    const start_time_chances law = mix();
    const double foretold = seen.chance(law);
    learn_tail(after, by, seen.last == bins ? law[bins] / foretold : 0);
    recent_[rooms_ % most_recent] = {after, by};
    ++rooms_;
    if (suspect_change(seen, foretold)) {
        return;
    }
    believe(foretell(seen));
    for (std::size_t index = 0; index < memories; ++index) {
        memory& one = memories_[index];
        const double kept = 1 - 1 / std::max(reach[index], crowd_reach * crowd_);
        for (double& weight : one.weights) {
            weight *= kept;
        }
        one.total *= kept;
        share_out(seen, law, index, 1);
    }
    ++rooms_of_law_;
    for (int round = 0; round < rounds; ++round) {
        share_out_again();
    }
}

void start_time_law::share_out(const interval& seen, const start_time_chances& law,
                               std::size_t index, double room) {
    const double by_prior = seen.chance(prior());
    const double foretold = seen.chance(law);
    const double astray = surprise * by_prior / ((1 - surprise) * foretold + surprise * by_prior);
    memories_[index].total += room;
    seen.share_out((1 - astray) * room, law, memories_[index].weights);
    seen.share_out_evenly(astray * room, memories_[index].weights);
}

void start_time_law::share_out_again() {
    if (rooms_of_law_ > most_recent || crowd_ >= 1) {
        return;
    }
    const start_time_chances law = mix();
    memories_.fill(memory());
    std::array<double, memories> room{};
    room.fill(1);
    for (std::size_t back = 1; back <= rooms_of_law_; ++back) {
        const auto [after, by] = recent_[(rooms_ - back) % most_recent];
        const interval seen(after, by);
        for (std::size_t index = 0; index < memories; ++index) {
            share_out(seen, law, index, room[index]);
            room[index] *= 1 - 1 / reach[index];
        }
    }
}

void start_time_law::believe(const foretelling& foretold) {
    double whole = 0;
    for (std::size_t index = 0; index < memories; ++index) {
        for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
            beliefs_[index][smoothing] *= foretold.whole[index][smoothing];
            whole += beliefs_[index][smoothing];
        }
    }
    for (auto& of_memory : beliefs_) {
        for (double& belief : of_memory) {
            belief = (1 - shared_belief) * belief / whole + shared_belief * even_belief;
        }
    }
    believe_by_region(foretold.parts);
}

void start_time_law::believe_by_region(const regional_beliefs& parts) {
    for (std::size_t index = 0; index < memories; ++index) {
        std::array<double, regions> chances{};
        double whole = 0;
        for (std::size_t region = 0; region < regions; ++region) {
            for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
                chances[region] +=
                    regional_[region][index][smoothing] * parts[region][index][smoothing];
            }
            whole += chances[region];
        }
        const double of_memory = sum_of(beliefs_[index]);
        for (std::size_t region = 0; region < regions; ++region) {
            // How likely the room belongs here. If so it tells which smoothing is right, and else nothing.
            const double here = chances[region] > 0 ? chances[region] / whole : 0;
            for (std::size_t smoothing = 0; smoothing < smoothings; ++smoothing) {
                double& belief = regional_[region][index][smoothing];
                if (here > 0) {
                    belief *= 1 - here + here * parts[region][index][smoothing] / chances[region];
                }
                belief += common_belief * (beliefs_[index][smoothing] / of_memory - belief);
            }
        }
    }
}

start_time_chances start_time_law::begin_anew() const {
    start_time_chances law = fresh_.weights;
    spread(law, fresh_stride);
    spread(law, fresh_stride);
    for (std::size_t cell = 0; cell <= bins; ++cell) {
        law[cell] = with_prior(law[cell], fresh_.total, prior()[cell]);
    }
    return law;
}

bool start_time_law::suspect_change(const interval& seen, double foretold) {
    const start_time_chances law = begin_anew();
    suspicion_ += std::log(seen.chance(law) / foretold);
    const double doubt = crowd_doubt * crowd_;
    if (suspicion_ <= -doubt) {
        fresh_ = memory();
        fresh_rooms_ = 0;
        suspicion_ = 0;
        return false;
    }
    seen.share_out(1, law, fresh_.weights);
    fresh_.total += 1;
    ++fresh_rooms_;
    if (suspicion_ < certain_change + doubt) {
        return false;
    }
    rooms_of_law_ = fresh_rooms_;
    forget(memory(fresh_));
    for (int round = 0; round < rounds_after_change; ++round) {
        share_out_again();
    }
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
    result.chances = mix();
    result.tail_shape = std::clamp(tail_starts_ / tail_exposure_, flattest_tail, steepest_tail);
    return result;
}

} // namespace roomport::wait_detail
