#pragma once

#include "wait/cadence/start_time_grid.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace roomport::wait_detail {

/// A chance for each bin of the grid, and in the last place for all that is later, or never comes.
using start_time_chances = std::array<double, start_time_grid::bins + 1>;

/// A law of start times on the grid.
struct start_time_estimate {
    start_time_chances chances{};
    /// How fast those beyond the horizon come: the chance of none until t falls as t ^ -tail_shape.
    double tail_shape = 1;
};

/// Learns the law of start times of one group from intervals that hold one start each. docs/cadence.md says why so.
///
/// Weight vectors that forget at different speeds, each smoothed more and less, are the experts of a mixture: which of
/// them is believed follows from how well each foretold the intervals so far; how far they are to be smoothed, in each
/// region of ages for itself. An interval is shared out by what is believed already. Beside them a law that begins anew
/// whenever it foretells no better replaces all once it has foretold clearly better: then the law has changed.
class start_time_law {
public:
    start_time_law();

    /// A key started after `after` and not after `by`, both ages in seconds.
    /// @param after not negative, finite.
    /// @param by    not less than `after`; the same: exactly then; infinite: nobody knows.
    /// @param queued how many keys waited for their poll then. These are found in the order in which they are ranked,
    ///              so that only memories that reach beyond them all hold a fair sample.
    void learn(double after, double by, std::size_t queued = 0);

    /// Intervals learned so far.
    std::size_t rooms() const noexcept { return rooms_; }

    /// What is believed now.
    start_time_estimate estimate() const;

private:
    static constexpr std::size_t memories = 4;
    static constexpr std::size_t smoothings = 4;
    /// While so few rooms are known all of them are shared out again after each.
    static constexpr std::size_t most_recent = 64;
    static constexpr double even_belief = 1.0 / (memories * smoothings);

    /// Ages are cut into regions of so many cells.
    static constexpr std::size_t region_cells = 37;
    static constexpr std::size_t regions = start_time_grid::bins / region_cells + 1;

    using beliefs = std::array<std::array<double, smoothings>, memories>;
    using regional_beliefs = std::array<beliefs, regions>;

    struct memory {
        start_time_chances weights{};
        double total = 0;
    };

    /// The chance that each expert gave to an interval, and how much of it came from what it keeps in each region.
    struct foretelling {
        beliefs whole;
        regional_beliefs parts;
    };

    class interval;

    void forget(const memory& start);
    /// What the mixture believes.
    start_time_chances mix() const;
    foretelling foretell(const interval& seen) const;
    /// What is believed by the law that begins anew.
    start_time_chances begin_anew() const;
    void share_out(const interval& seen, const start_time_chances& law, std::size_t index,
                   double room);
    void share_out_again();
    void believe(const foretelling& foretold);
    void believe_by_region(const regional_beliefs& parts);
    /// Whether the law was found to have changed, and everything was replaced.
    bool suspect_change(const interval& seen, double foretold);
    void learn_tail(double after, double by, double share);

    std::array<memory, memories> memories_;
    beliefs beliefs_;
    /// How far a memory is believed to be right to smooth in each region: those that hold few rooms follow `beliefs_`.
    regional_beliefs regional_;
    memory fresh_;
    std::size_t fresh_rooms_ = 0;
    /// The ages between which the latest rooms started, in a ring.
    std::array<std::pair<double, double>, most_recent> recent_{};
    /// Rooms since the law began or was last found to have changed.
    std::size_t rooms_of_law_ = 0;
    double suspicion_ = 0;
    /// How many of the keys to come may have waited in one queue.
    double crowd_ = 0;
    double tail_starts_;
    double tail_exposure_;
    std::size_t rooms_ = 0;
};

} // namespace roomport::wait_detail
