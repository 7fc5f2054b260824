#pragma once

#include "wait/history/seen_history.hpp"
#include "wait/history/word_table.hpp"
#include "wait/wait_actions.hpp"
#include "wait/wait_settings.hpp"

#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace roomport::wait_detail {

class entry;

/// What one who joined others does not take part in: what was seen before the observation that it joined with.
struct seen_before_joining {
    std::uint32_t count = 0;
    phase_times times;
};

/// What is wrong with the options of a wait, as a sentence; null when nothing is.
const char* find_problem(const wait_options& options);

/// What is wrong with the arguments of a wait, as a sentence; null when nothing is.
const char* find_problem(std::string_view key, const wait_options& options);

/// One caller's wait: its deadline and its own judgement of what was seen of its key.
class waiter {
public:
    /// @param settings how to wait.
    /// @param started  when the caller asked.
    waiter(settings_pointer settings, time_point started);

    const wait_settings& settings() const noexcept { return *settings_; }
    const wait_options& options() const noexcept { return settings_->options; }
    time_point deadline() const noexcept;

    /// Judges one observation.
    /// Throws what an acceptor throws; the observation counts all the same.
    /// @return nothing while the wait goes on; else how it ends, success being a code that has not failed.
    std::optional<error_code> judge(const observation& seen, time_point now);

    /// Notes that a poll was under way when the deadline passed: it counts, and without another failure that is how it failed.
    void note_unanswered_poll() noexcept { has_unanswered_poll_ = true; }

    /// Tells on_progress, if there is one.
    void tell(wait_event::kind what, std::string_view key, duration retry_in,
              const seen_history& seen, const seen_before_joining& before, const word_table& words,
              time_point now, wait_actions& actions) const;

    /// The evidence at the end of the wait.
    wait_evidence evidence(const seen_history& seen, const seen_before_joining& before,
                           const word_table& words, time_point now) const;

    /// The evidence of a wait that never was under way.
    wait_evidence evidence(time_point now) const;

    /// The wait is over: what its options hold is let go.
    void drop_settings() noexcept { settings_.reset(); }

private:
    settings_pointer settings_;
    time_point started_;

public:
    /// The key's entry; null while the wait is not under way.
    entry* owner = nullptr;

    /// The order in which the waiters of a key came.
    std::uint32_t serial = 0;

    // For the layer around the state machine; here they take no room.
    /// Whether the caller wants it to end.
    bool is_cancelled = false;
    /// Whether its end is on its way to the caller.
    bool is_over = false;

private:
    void count(observed_state state, verdict decided) noexcept;

    bool has_unanswered_poll_ = false;
    std::uint8_t broken_in_a_row_ = 0;
    std::uint32_t consecutive_failures_ = 0;
};

} // namespace roomport::wait_detail
