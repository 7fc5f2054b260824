#pragma once

#include "common/random_source.hpp"
#include "wait/entry.hpp"
#include "wait/look_gate.hpp"
#include "wait/round_trip_estimate.hpp"
#include "wait/schedule_heap.hpp"
#include "wait/wait_actions.hpp"
#include "wait/waiter.hpp"

#include <roomport/wait/wait_engine.hpp>

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace roomport::wait_detail {

/// All decisions of the wait engine, without I/O: it is told the time and what was seen, and asks for actions.
///
/// The time given must never go back. Not thread-safe.
class wait_state {
public:
    wait_state(const wait_engine_options& options, wait_actions& actions);
    wait_state(const wait_state&) = delete;
    wait_state& operator=(const wait_state&) = delete;
    ~wait_state();

    /// Begins a wait.
    /// @param wait must live until it is completed or this object is destroyed.
    void start(waiter& wait, std::string_view key, time_point now);

    /// Ends a wait with `operation_aborted`. @pre it is under way.
    void cancel(waiter& wait, time_point now);

    /// Ends every wait with `operation_aborted`.
    void cancel_all(time_point now);

    /// The answer of a look.
    void observed(look_id id, observation seen, time_point now);

    /// Does what time asks for. To be called at @ref next_wake.
    void advance(time_point now);

    /// When to call @ref advance; nothing when there is nothing to wait for.
    std::optional<time_point> next_wake() const;

    wait_engine_metrics metrics() const;

private:
    struct look {
        entry* owner = nullptr;
        bool held = false;
        bool under_way = false;
        bool gives_way = false;
        /// Whether the waiters' deadlines left the attempt less time than it may take.
        bool is_cut_short = false;
        time_point started;
        duration hold{};
    };

    using key_map = boost::unordered_flat_map<std::string_view, std::unique_ptr<entry>>;
    using look_queue = boost::intrusive::list<entry, boost::intrusive::base_hook<queue_hook>>;
    using candidate_set =
        boost::intrusive::multiset<entry, boost::intrusive::base_hook<candidate_hook>,
                                   boost::intrusive::key_of_value<by_candidate_rank>>;

    entry& find_or_add(const waiter& wait, std::string_view key, time_point now);
    void catch_up(waiter& wait, entry& one, time_point now);
    void complete(waiter& wait, error_code ec, time_point now);
    void leave_or_reschedule(entry& one, time_point now);
    void end(entry& one);
    void expire(entry& one, time_point now);

    void answered(entry& one, const look& done, observation seen, time_point now);
    void ended_without_news(entry& one, const look& done, time_point now);
    void plan_next(entry& one, const look& done, const observation& seen, time_point now);
    void judge_all(entry& one, time_point now);
    std::optional<error_code> judge(waiter& wait, const entry& one, time_point now);
    void tell(const waiter& wait, const entry& one, time_point now);

    time_point due_time(const entry& one, time_point now) const;
    duration possible_hold(const entry& one, time_point now) const;
    void reschedule(entry& one, time_point now);

    void begin_looks(time_point now);
    bool begin_hold(time_point now);
    void begin_look(entry& one, duration hold, time_point now);
    look_id open_look();
    void make_way();
    void abandon_looks(const entry& one);

    wait_actions& actions_;
    std::shared_ptr<cadence> default_cadence_;
    random_source random_;
    round_trip_estimate round_trip_;
    look_gate gate_;
    duration hold_limit_{};

    key_map entries_;
    schedule_heap<entry> schedule_;
    look_queue queue_;
    candidate_set candidates_;
    std::vector<look> looks_;
    std::vector<look_id> free_looks_;

    time_point advanced_to_ = time_point::min();
    std::uint64_t next_serial_ = 0;
    std::size_t waiters_ = 0;
    std::uint64_t polls_ = 0;
    std::uint64_t failures_ = 0;
};

} // namespace roomport::wait_detail
