#pragma once

#include "wait/cadence/start_time_grid.hpp"
#include "wait/cadence/start_time_law.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace roomport::wait_detail {

/// The best schedule of polls for one law, and what a poll is worth when not all can be had, by tables. Ages in seconds.
class poll_plan {
public:
    /// @param poll_cost what a poll costs in seconds of waiting, more than zero.
    explicit poll_plan(double poll_cost);

    /// Plans anew; allocates nothing.
    /// @param price_part the part of the poll's cost that polls are planned at, more than zero: less polls more often.
    void make(const start_time_estimate& law, double price_part = 1);

    /// The age of the poll that best follows one at `age`: later by 5 ms at least and 30 s at most,
    /// or a minute where a start within the horizon is more likely than not.
    /// @param age not negative, finite.
    double next(double age) const;

    /// The price of a poll, in seconds of waiting, at which the best schedule would poll a key again just now that
    /// was found starting at age `last`. Where no schedule ends, beyond the horizon and for keys that hardly ever start,
    /// the wait expected to have been collected since stands for it. Does not fall as `now` grows.
    ///
    /// The first call after @ref make plans the schedules that this compares; it allocates nothing.
    /// @param last not negative, finite.
    /// @param now  not less than `last`, finite.
    double urgency(double last, double now);

private:
    static constexpr std::size_t nodes = start_time_grid::nodes;
    static constexpr std::size_t dearer_plans = 6;

    using schedule = std::array<std::uint16_t, nodes>;

    /// The chance of a start until an age, and its integral up to there.
    struct chance {
        double law;
        double survival;
        double integral;
    };

    static std::size_t nearest_node(double age);

    chance at(double age) const;
    double collected(double last, double now) const;
    void schedule_at(double price, schedule& next) const;

    double poll_cost_;
    /// What the plan was made for.
    double price_;
    double later_ = 1;
    double tail_shape_ = 1;
    std::array<double, nodes> law_{};
    std::array<double, nodes> integral_{};
    schedule next_{};
    /// The schedules at higher prices, each twice the one before, the first twice `price_`.
    std::array<schedule, dearer_plans> dearer_{};
    bool is_dearer_stale_ = true;
};

} // namespace roomport::wait_detail
