#pragma once

#include "wait/action_queue.hpp"
#include "wait/cadence/key_group.hpp"
#include "wait/history/seen_history.hpp"
#include "wait/indexed_heap.hpp"
#include "wait/poll_table.hpp"
#include "wait/wait_settings.hpp"
#include "wait/waiter_set.hpp"

#include <roomport/wait/cadence.hpp>
#include <roomport/wait/observation.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace roomport::wait_detail {

/// Decides whether a key's next poll may ask for a held answer: holds that failed, were dropped or not honoured
/// are followed by ever more ordinary polls before the next try.
class hold_trust {
public:
    hold_trust() = default;

    bool may_hold() const noexcept { return ordinary_first_ == 0; }

    /// The server held an answer as asked.
    void kept() noexcept { strikes_ = 0; }

    /// A hold failed, or ended early without news.
    void broken() noexcept;

    /// An ordinary poll was answered well.
    void ordinary_answer() noexcept;

private:
    unsigned char strikes_ = 0;
    unsigned char ordinary_first_ = 0;
};

/// One key with all who wait for it and the one stream of polls that serves them. The key's bytes stand behind it.
class entry {
public:
    struct release {
        void operator()(entry* one) const noexcept;
    };
    using pointer = std::unique_ptr<entry, release>;

    /// @param group   the keys that this one belongs to; not null.
    /// @param created when the key came into being, if known; later than `now` is taken as `now`.
    static pointer make(std::string_view key, key_group_pointer group,
                        std::optional<time_point> created, time_point now);

    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

    std::string_view key() const noexcept {
        return {reinterpret_cast<const char*>(this + 1), key_size_};
    }

    /// Strong guarantee when there is no memory.
    void join(waiter& wait);
    void leave(waiter& wait) noexcept;

    bool is_candidate() const noexcept { return !is_queued && waiting_position != not_in_heap; }
    bool is_polled() const noexcept { return ordinary != no_poll; }
    bool is_held() const noexcept { return held != no_poll; }

    time_point nearest_deadline() const noexcept { return waiters.front().deadline(); }
    time_point latest_deadline() const noexcept { return waiters.back().deadline(); }

    /// The nearest deadline whose last poll is still to come.
    std::optional<time_point> nearest_uncovered() const;

    /// Takes the deadlines up to `deadline`, and no others, as served by the latest poll.
    void cover(time_point deadline) noexcept;

    /// The cadence's pause before the first poll; zero where the age is not known.
    duration first_pause(time_point now, std::uint64_t random, action_queue& actions) const;

    /// The cadence's pause after a poll that took `last_poll`.
    duration pause(duration last_poll, time_point now, std::uint64_t random,
                   action_queue& actions) const;

    /// The cadence's number for a group of keys.
    /// @param name `wait_options::group`.
    static cadence_group ask_group(cadence& policy, const std::string& name, action_queue& actions);

    /// Counts it among those of its group that are due and wait for a place, or no longer.
    void set_queued(bool is_now) noexcept;

    /// How much a poll now is worth by the cadence, less for a key whose polls fail.
    double urgency(time_point now, action_queue& actions) const;

    /// The key was still starting at this time.
    void seen_starting(time_point when) noexcept;

    /// The key became ready, not before `earliest` nor after `latest`: tells the cadence, once.
    void learn_ready(time_point earliest, time_point latest, action_queue& actions);

    /// The key took this long: tells the cadence, once.
    void learn_exactly(duration start_time, action_queue& actions);

    /// Nobody waits any more: tells the cadence, unless it was told.
    void learn_unfinished(action_queue& actions);

    waiter_set waiters;
    seen_history history;

    /// The longest poll that one of those who joined allows.
    duration request_timeout{};
    union {
        /// When cadence or backoff want the next ordinary poll.
        time_point next_poll;
        /// Once it is given up: the next of those.
        entry* next_given_up;
    };

    heap_position schedule_position = not_in_heap;
    /// The place among those queued for a poll, or else among the candidates for a hold.
    heap_position waiting_position = not_in_heap;
    /// Creation order.
    std::uint32_t serial = 0;

    /// The ordinary and the long poll under way, and the place of the key in each.
    poll_id ordinary = no_poll;
    poll_id held = no_poll;
    std::uint16_t place_in_ordinary = 0;
    std::uint16_t place_in_held = 0;

    /// Good answers so far.
    unsigned polls = 0;
    /// Failed answers in a row.
    std::uint16_t failures = 0;
    hold_trust trust;
    /// Whether a poll of many keys said nothing about this one.
    bool needs_single_poll = false;
    /// Whether it is known when it was made, so that it is starting until a poll says otherwise.
    bool is_new = false;
    /// Whether it is due and waits for a place.
    bool is_queued = false;
    /// Whether nobody is interested in it any more but those whose waits are about to end.
    bool is_given_up = false;

private:
    entry(std::string_view key, key_group_pointer group, std::optional<time_point> created,
          time_point now);
    ~entry() = default;

    duration seen_starting_age() const noexcept;
    void learn(start_time_sample sample, action_queue& actions);

    key_group_pointer group_;
    time_point created_;
    time_point covered_ = time_point::min();
    time_point seen_starting_at_ = time_point::min();
    std::uint16_t key_size_ = 0;
    bool is_learned_ = false;
};

} // namespace roomport::wait_detail
