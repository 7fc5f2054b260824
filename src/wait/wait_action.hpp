#pragma once

#include "wait/progress_report.hpp"

#include <roomport/clock.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

namespace roomport::wait_detail {

class waiter;

/// Names one poll from its beginning to its answer; reused afterwards.
using poll_id = std::uint32_t;

/// Begin a poll. Its answer goes to `wait_state::observed`, that of a batch to `wait_state::observed_many`; what
/// beginning it throws goes to `wait_state::start_failed`.
struct start_poll {
    poll_id poll = 0;
    bool is_batch = false;
    /// Valid until the next action is taken out.
    std::span<const std::string_view> keys;
    duration hold{};
    time_point deadline{};
};

/// Nobody needs this poll any more. It still keeps its place until its answer arrives.
struct cancel_poll {
    poll_id poll = 0;
};

/// Tell a caller how the wait goes on.
struct report_progress {
    std::unique_ptr<progress_report> report;
};

/// A wait is over, and the state machine has forgotten it.
struct complete_wait {
    waiter* over = nullptr;
};

/// A function of the caller's (a cadence, an acceptor) threw this, or what was seen of one key could not be taken in.
struct exception_caught {
    std::exception_ptr thrown;
};

/// What the state machine asks the layer around it to do.
using wait_action =
    std::variant<start_poll, cancel_poll, report_progress, complete_wait, exception_caught>;

} // namespace roomport::wait_detail
