#pragma once

#include "wait/wait_actions.hpp"

#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <boost/intrusive/set_hook.hpp>

#include <optional>

namespace roomport::wait_detail {

class entry;

/// What is wrong with the arguments of a wait, as a sentence; null when nothing is.
const char* find_problem(std::string_view key, const wait_options& options);

/// One caller's wait: its deadline, its own judgement of the shared observations, and what it saw.
class waiter : public boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>> {
public:
    /// @param started when the caller asked.
    waiter(wait_options options, time_point started);

    const wait_options& options() const noexcept { return options_; }
    time_point deadline() const noexcept { return deadline_; }

    /// The key's entry; null while the wait is not under way.
    entry* owner = nullptr;

    /// Judges one observation.
    /// Throws what an acceptor throws; the evidence is complete then.
    /// @return nothing while the wait goes on; else how it ends, success being a code that has not failed.
    std::optional<error_code> judge(const observation& seen, time_point now);

    /// Notes that a look was under way when the deadline passed: it counts, and without another failure that is how it failed.
    void note_unanswered_look();

    /// Tells on_progress, if there is one.
    void tell(wait_event::kind what, std::string_view key, duration retry_in, time_point now,
              wait_actions& actions) const;

    /// Hands over the evidence at the end of the wait.
    wait_evidence take_evidence(time_point now);

private:
    void record(const observation& seen);

    wait_options options_;
    time_point started_;
    time_point deadline_;
    wait_evidence evidence_;
    unsigned broken_in_a_row_ = 0;
};

/// Orders waiters by deadline.
struct by_deadline {
    using type = time_point;
    time_point operator()(const waiter& wait) const noexcept { return wait.deadline(); }
};

} // namespace roomport::wait_detail
