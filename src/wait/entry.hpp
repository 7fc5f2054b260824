#pragma once

#include "wait/indexed_heap.hpp"
#include "wait/look_table.hpp"
#include "wait/seen_history.hpp"
#include "wait/wait_settings.hpp"
#include "wait/waiter_set.hpp"

#include <roomport/wait/cadence.hpp>
#include <roomport/wait/observation.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace roomport::wait_detail {

/// Decides whether a key's next look may ask for a held answer: holds that were dropped or not honoured are
/// followed by ever more ordinary looks before the next try.
class hold_trust {
public:
    hold_trust() = default;

    bool may_hold() const noexcept { return ordinary_first_ == 0; }

    /// The server held an answer as asked.
    void kept() noexcept { strikes_ = 0; }

    /// A hold ended early without news.
    void broken() noexcept;

    /// An ordinary look was answered well.
    void ordinary_answer() noexcept;

private:
    unsigned char strikes_ = 0;
    unsigned char ordinary_first_ = 0;
};

/// One key with all who wait for it and the one stream of looks that serves them. The key's bytes stand behind it.
class entry {
public:
    struct release {
        void operator()(entry* one) const noexcept;
    };
    using pointer = std::unique_ptr<entry, release>;

    /// @param policy  when to look; not null.
    /// @param created when the key came into being, if known; later than `now` is taken as `now`.
    static pointer make(std::string_view key, cadence_pointer policy,
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
    bool is_looked_at() const noexcept { return ordinary != no_look; }
    bool is_held() const noexcept { return held != no_look; }

    time_point nearest_deadline() const noexcept { return waiters.front().deadline(); }
    time_point latest_deadline() const noexcept { return waiters.back().deadline(); }

    /// The nearest deadline whose last look is still to come.
    std::optional<time_point> nearest_uncovered() const;

    /// Takes all deadlines up to `deadline` as served by a look.
    void cover(time_point deadline) noexcept;

    /// Asks the cadence for the number of the key's group.
    void ask_group(std::string_view name, wait_actions& actions);

    /// The cadence's pause before the first look; zero where the age is not known.
    duration first_pause(time_point now, std::uint64_t random, wait_actions& actions) const;

    /// The cadence's pause after a look that took `last_look`.
    duration pause(duration last_look, time_point now, std::uint64_t random,
                   wait_actions& actions) const;

    /// How much a look now is worth by the cadence, less for a key whose looks fail.
    double urgency(time_point now, wait_actions& actions) const;

    /// The key was still starting at this time.
    void seen_starting(time_point when) noexcept;

    /// The key became ready, not before `earliest` nor after `latest`: tells the cadence, once.
    /// @param queued how many keys are due and wait for a look, here and below.
    void learn_ready(time_point earliest, time_point latest, std::size_t queued,
                     wait_actions& actions);

    /// The key took this long: tells the cadence, once.
    void learn_exactly(duration start_time, std::size_t queued, wait_actions& actions);

    /// Nobody waits any more: tells the cadence, unless it was told.
    void learn_unfinished(std::size_t queued, wait_actions& actions);

    waiter_set waiters;
    seen_history history;

    /// The longest attempt that one of those who joined allows.
    duration request_timeout{};
    /// When cadence or backoff want the next ordinary look.
    time_point next_look;

    heap_position schedule_position = not_in_heap;
    /// The place among those queued for a look, or else among the candidates for a hold.
    heap_position waiting_position = not_in_heap;
    /// Creation order.
    std::uint32_t serial = 0;

    /// The ordinary and the held look under way, and the place of the key in each.
    look_id ordinary = no_look;
    look_id held = no_look;
    std::uint16_t place_in_ordinary = 0;
    std::uint16_t place_in_held = 0;

    /// Good answers so far.
    unsigned looks = 0;
    /// Failed answers in a row.
    std::uint16_t failures = 0;
    hold_trust trust;
    /// Whether a look at many keys said nothing about this one.
    bool needs_single_look = false;
    /// Whether it is due and waits for a place.
    bool is_queued = false;
    /// Whether nobody is interested in it any more but those whose waits are about to end.
    bool is_given_up = false;

private:
    entry(std::string_view key, cadence_pointer policy, std::optional<time_point> created,
          time_point now);
    ~entry() = default;

    duration seen_starting_age() const noexcept;
    void learn(start_time_sample sample, wait_actions& actions);

    cadence_pointer policy_;
    time_point created_;
    time_point covered_ = time_point::min();
    time_point seen_starting_at_ = time_point::min();
    cadence_group group_ = 0;
    std::uint16_t key_size_ = 0;
    bool is_age_known_ = false;
    bool is_learned_ = false;
};

} // namespace roomport::wait_detail
