#pragma once

#include "wait/limits/rate_limiter.hpp"

#include <roomport/clock.hpp>
#include <roomport/wait/observation.hpp>

namespace roomport::wait_detail {

/// A poll that is over.
struct ended_poll {
    ended_poll() = default;

    bool is_held() const noexcept { return hold > duration::zero(); }

    bool gives_way = false;
    bool is_cut_short = false;
    /// Whether one of its keys is no longer starting.
    bool has_news = false;
    time_point started;
    /// When its request left, at the earliest.
    time_point sent;
    duration hold{};
};

/// Whether an ended poll says nothing about its key nor about the server: it gave way, was a dropped hold, or the
/// waiters' deadlines left it too little time.
bool is_without_news(const ended_poll& done, const observation& seen);

/// How the server took a poll, for the budget.
poll_outcome outcome_of(const observation& seen);

/// When the server decided about an answer that came at `now`, at the earliest.
/// @param lead how long an answer is on its way, at most.
time_point decided_after(const ended_poll& done, duration lead, time_point now);

} // namespace roomport::wait_detail
