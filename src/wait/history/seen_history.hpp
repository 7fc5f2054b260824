#pragma once

#include "wait/history/word_table.hpp"

#include <roomport/phase_times.hpp>
#include <roomport/wait/observation.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace roomport::wait_detail {

/// What was seen of one key: the last observation, and what those who wait for it are told at the end.
///
/// Kept small: as long as a key only starts, on connections that are there, it takes no memory but its own. Anything
/// unusual (a failure, a message, a connection that was opened) is kept apart.
class seen_history {
public:
    seen_history() noexcept;
    seen_history(const seen_history&) = delete;
    seen_history& operator=(const seen_history&) = delete;
    ~seen_history();

    /// Takes notice of an observation. Without memory for its details, all but its state is lost.
    void record(const observation& seen, word_table& words) noexcept;

    /// Observations so far.
    std::uint32_t count() const noexcept { return count_; }

    /// The state of the last one. @pre there was one.
    observed_state state() const noexcept { return static_cast<observed_state>(state_); }

    /// Whether there was an observation, and the last one was not lost.
    bool has_last() const noexcept;

    /// The last observation again; its times are exact to 0.1 µs. @pre has_last().
    observation last(const word_table& words) const;

    /// Why the last one failed; not set when it did not. `no_memory` when that was lost.
    error_code failure() const;

    /// The message of the last one; empty when there was none.
    std::string_view message() const noexcept;

    /// The last status that was not empty, of the observations after the first `since`.
    std::string_view status(const word_table& words, std::uint32_t since) const noexcept;

    /// The HTTP status of the last answer, of the observations after the first `since`.
    int http_status(std::uint32_t since) const noexcept;

    /// Where the time of all observations went.
    phase_times times() const noexcept;

    /// Where the time of the last one went. @pre has_last().
    phase_times last_times() const noexcept;

private:
    struct details;

    /// A length of time in units of 100 ns.
    using short_time = std::uint32_t;

    struct short_times {
        short_time queue = 0;
        short_time first_byte = 0;
        short_time read = 0;
    };

    void lose_last() noexcept;
    bool shorten(const observation& seen, word_table& words);
    bool add_short(const phase_times& times) noexcept;
    void keep(const observation& seen, const word_table& words);

    std::unique_ptr<details> details_;
    short_times last_times_;
    short_times sum_;
    short_time round_trip_ = 0;
    std::uint32_t count_ = 0;
    std::uint16_t hold_limit_seconds_ = 0;
    std::uint16_t http_status_ = 0;
    word_table::number status_ = word_table::no_word;
    std::uint8_t state_ = static_cast<std::uint8_t>(observed_state::failed);
    bool held_ = false;
    bool is_short_ = true;
};

/// Why a failed observation failed, for the evidence.
error_code cause_of(const observation& seen);

/// Whether an observation is a failure (of the poll, or because there is no such key).
bool has_failed(observed_state state) noexcept;

} // namespace roomport::wait_detail
