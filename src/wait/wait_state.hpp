#pragma once

#include "common/random_source.hpp"
#include "wait/action_queue.hpp"
#include "wait/entry.hpp"
#include "wait/entry_set.hpp"
#include "wait/history/word_table.hpp"
#include "wait/indexed_heap.hpp"
#include "wait/limits/poll_gate.hpp"
#include "wait/poll_end.hpp"
#include "wait/poll_rank.hpp"
#include "wait/poll_table.hpp"
#include "wait/round_trip_estimate.hpp"
#include "wait/tick_grid.hpp"
#include "wait/waiter.hpp"

#include <roomport/wait/wait_engine.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace roomport::wait_detail {

/// All decisions of the wait engine, without I/O: it is told the time and what was seen, and asks for actions.
///
/// Every function that is given the time may ask for some; the owner takes them out with @ref next_action and carries
/// them out in order. What a cadence or an acceptor says is part of a decision: they are asked while it is made, and must
/// not come back here. Only beginning a wait may throw. The time given must never go back. Not thread-safe.
class wait_state {
public:
    explicit wait_state(const wait_engine_options& options);
    wait_state(const wait_state&) = delete;
    wait_state& operator=(const wait_state&) = delete;
    ~wait_state();

    /// Takes in what the observer can do, until it is told anew.
    /// @param terms      with many keys at once.
    /// @param hold_limit with one key, until a poll of one was answered well.
    void offer(const batch_terms& terms, duration hold_limit) noexcept;

    /// The next action, taken out; nothing once all are.
    std::optional<wait_action> next_action() noexcept { return actions_.next(); }

    /// Begins a wait. Throws, with nothing begun, when there is no memory for it.
    /// @param wait    must live until it is completed or this object is destroyed.
    /// @param created when the key came into being, if somebody knows.
    void start(waiter& wait, std::string_view key, time_point now,
               std::optional<time_point> created = std::nullopt);

    /// Ends a wait with `operation_aborted`. @pre it is under way.
    void cancel(waiter& wait, time_point now) noexcept;

    /// Ends every wait with `operation_aborted`.
    void cancel_all(time_point now) noexcept;

    /// Polls no key any more for which somebody waits now: @ref advance ends those waits with `operation_aborted`, a few
    /// at a time. Waits that begin later are not touched.
    void give_up_all() noexcept;

    /// The answer of a poll of one key.
    void observed(poll_id id, const observation& seen, time_point now) noexcept;

    /// The answer of a poll of many keys.
    void observed_many(poll_id id, const batch_observation& seen, time_point now) noexcept;

    /// A poll could not begin: that is how it failed.
    void start_failed(poll_id id, const std::exception_ptr& thrown, time_point now) noexcept;

    /// Does what time asks for. To be called at @ref next_wake.
    void advance(time_point now) noexcept;

    /// When to call @ref advance; nothing when there is nothing to wait for.
    std::optional<time_point> next_wake() const;

    wait_engine_metrics metrics(time_point now) const;

    /// Whether somebody waits.
    bool has_waits() const noexcept { return waiters_ > 0; }

    /// Calls `visit` with every wait under way; it may destroy the one that it is given if this object is destroyed
    /// next.
    template <class Visit>
    void for_each_wait(Visit visit) const {
        for (const entry* one : entries_) {
            one->waiters.for_each(visit);
        }
        for (const entry* one = first_given_up_; one != nullptr; one = one->next_given_up) {
            one->waiters.for_each(visit);
        }
    }

private:
    using queue = indexed_heap<entry, poll_rank, &entry::waiting_position>;
    using candidate_heap = indexed_heap<entry, time_point, &entry::waiting_position>;
    using schedule = indexed_heap<entry, time_point, &entry::schedule_position>;

    // Waits: wait_state.cpp
    entry& find_or_add(const waiter& wait, std::string_view key, std::optional<time_point> created,
                       time_point now);
    void catch_up(waiter& wait, entry& one, time_point now);
    std::unique_ptr<wait_outcome> outcome(const waiter& wait, error_code ec,
                                          const observation* seen, time_point now) const;
    void complete(waiter& wait, error_code ec, const observation& seen, time_point now);
    void complete(waiter& wait, plain_end why, time_point now) noexcept;
    void finish(waiter& wait) noexcept;
    void end_some(std::size_t most, time_point now) noexcept;
    void end_oldest(time_point now) noexcept;
    void leave_or_reschedule(entry& one, time_point now);
    void end(entry& one);
    void expire(entry& one, bool is_polled, time_point now);
    void go_on(time_point now);

    // Answers: wait_answers.cpp
    template <class Take>
    void take_in(entry*& one, time_point now, Take take);
    ended_poll take(poll_id id, const observation& whole, bool has_news, time_point now);
    void finish_answers(time_point now);
    void detach(entry& one, const ended_poll& done);
    bool ended_without_news(entry& one, const ended_poll& done, time_point now);
    bool answered(entry& one, const ended_poll& done, const observation& seen, time_point now);
    bool not_answered(entry& one, time_point now);
    void plan_after_failure(entry& one, const ended_poll& done, time_point now);
    void take_answer(entry& one, const ended_poll& done, time_point now);
    void learn(entry& one, const ended_poll& done, const observation& seen, time_point now);
    void judge_all(entry& one, const observation& seen, time_point now);
    std::optional<error_code> judge(waiter& wait, const observation& seen, time_point now);
    void tell(const waiter& wait, const entry& one, time_point now);

    // When to poll: wait_schedule.cpp
    time_point planned(duration pause, time_point now) const;
    time_point due_time(const entry& one, time_point now) const;
    std::optional<time_point> last_poll_time(const entry& one) const;
    duration possible_hold(const entry& one, duration limit, time_point now) const;
    void offer_hold(entry& one, time_point now) noexcept;
    void reschedule(entry& one, time_point now) noexcept;
    poll_rank rank(const entry& one, std::uint32_t begun_before, time_point now);
    void enqueue(entry& one, const poll_rank& how, time_point now);
    entry& dequeue();
    void refresh_ranks(time_point now);

    // Which polls begin: wait_polls.cpp
    void begin_polls(time_point now);
    void begin_queued(time_point now);
    void begin_holds(time_point now);
    void begin_single_hold(time_point now);
    void begin_single(poll_id id, entry& one, duration hold, time_point now);
    poll_id open_poll(std::size_t keys);
    void begin(poll_id id, duration hold, bool is_batch, time_point now) noexcept;
    void make_way();
    void abandon_polls(entry& one);
    void leave_poll(poll_id id, std::size_t place);

    // Polls of many keys: wait_batches.cpp
    bool begin_batch(time_point now);
    void add_riders(poll_id id, std::size_t most, time_point now);
    duration take_due(poll_id id, std::size_t most, time_point now);
    bool begin_batch_hold(time_point now);
    duration add_candidates(poll_id id, std::size_t most, duration hold, time_point now);
    bool prefers_hold(time_point now) const noexcept;
    duration longest_hold() const noexcept;
    bool keeps_holds_for_batches() const noexcept;

    action_queue actions_;
    cadence_pointer default_cadence_;
    random_source random_;
    round_trip_estimate round_trip_;
    poll_gate gate_;
    tick_grid grid_;
    /// What the last good answer allows, or the observer as long as there was none.
    duration hold_limit_{};
    bool is_hold_limit_answered_ = false;
    /// What the observer offers.
    batch_terms terms_;

    key_group_table groups_;
    entry_set entries_;
    /// Entries that are in nothing else any more; their waits are yet to end.
    entry* first_given_up_ = nullptr;
    entry* last_given_up_ = nullptr;
    std::size_t given_up_ = 0;
    std::size_t unfinished_learned_ = 0;
    schedule schedule_;
    queue queue_;
    candidate_heap candidates_;
    poll_table under_way_;
    word_table words_;
    /// The keys whose answer is being taken in.
    std::vector<entry*> answered_;
    std::vector<std::pair<entry*, poll_rank>> set_aside_;
    /// Of all keys so far.
    std::size_t longest_key_ = 0;
    /// When to try again to begin polls that there was no memory for.
    time_point retry_at_ = time_point::max();

    /// When the first wait began.
    time_point started_ = time_point::min();
    time_point advanced_to_ = time_point::min();
    time_point ranked_at_ = time_point::min();
    std::uint32_t begun_from_queue_ = 0;
    std::uint32_t next_serial_ = 0;
    std::size_t waiters_ = 0;
    std::uint64_t polls_begun_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t batch_polls_ = 0;
    std::uint64_t batch_keys_ = 0;
    std::uint64_t throttled_ = 0;
};

} // namespace roomport::wait_detail
