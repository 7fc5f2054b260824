#pragma once

#include "sim/start_law.hpp"

#include <cstddef>

namespace roomport::sim {

/// What no way of polling can beat, even one that knows the law: lower bounds, for whoever measures one that has to
/// learn it. All times in seconds; the network takes none.

/// A bound on the mean detection delay of rooms that are polled `polls` times each in the mean.
///
/// Weak duality: at a price λ a poll, delay + λ · polls is at least the price V(λ) of the optimal schedule, so the
/// delay is at least V(λ) − λ · polls, for every λ. V comes from a backward recursion over a grid; what rounding a
/// schedule up to the grid may cost is taken off.
double delay_bound(const start_law& law, double polls);

/// How many polls a room gets in the mean by the optimal schedule at a price of `price` seconds of delay a poll.
double optimal_polls(const start_law& law, double price);

/// A bound on the mean wait of `rooms` that are all created at once, when the server lets `rate` requests a second
/// through and `burst` at first, each of which tells about `batch` rooms.
///
/// A poll t after the creation finds its room ready with probability F(t) at most, whatever was seen of it before; so
/// no more than the sum of F over all polls can have been found by any time, nor more than are ready.
double burst_bound(const start_law& law, std::size_t rooms, double rate, double batch,
                   double burst = 1);

/// The same for somebody who is told which rooms are ready, and only lacks the requests to ask for their ports.
double informed_burst_bound(const start_law& law, std::size_t rooms, double rate, double batch,
                            double burst = 1);

} // namespace roomport::sim
