#pragma once

#include "allocation/allocator.hpp"
#include "allocation/journal.hpp"
#include "allocation/reaper.hpp"
#include "allocation/room_allocation.hpp"
#include "allocation/verb_limit.hpp"
#include "common/random_source.hpp"

#include <roomport/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roomport::allocation {

/// The verbs that have a limit each; looks for a tag count with lists.
enum class verb { create, observe, list, stop };

/// How an engine works.
class engine_settings {
public:
    engine_settings() = default;
    /// Whose servers these are, 1 to 32 of `[a-z0-9-]`.
    std::string owner;
    std::string app_id;
    /// Of each room; `platform` is the allocator's to say.
    room_allocation::settings room;
    verb_limit::settings create;
    verb_limit::settings observe;
    verb_limit::settings list;
    verb_limit::settings stop;
    /// How far apart the first two looks at a server are, and how far apart they come to be until it is allocated.
    duration first_poll_pause = std::chrono::milliseconds(250);
    duration longest_poll_pause = std::chrono::seconds(5);
    /// How far apart looks are at a server that players are on.
    duration active_poll_pause = std::chrono::seconds(10);
    reaper::settings reaping;
    duration reaper_interval = std::chrono::minutes(1);
    /// How long the journal rests after it failed.
    duration journal_pause = std::chrono::seconds(1);
};

/// Counters since the engine began, and numbers of now.
class engine_numbers {
public:
    engine_numbers() = default;
    std::size_t starting = 0;
    std::size_t active = 0;
    /// Rooms that nobody wants any more, while something of them is left.
    std::size_t ending = 0;
    std::uint64_t creates_sent = 0;
    std::uint64_t capacity_refusals = 0;
    std::uint64_t throttled = 0;
    std::uint64_t unknown_outcomes = 0;
    std::uint64_t orphans_told = 0;
    std::uint64_t orphans_stopped = 0;
    std::uint64_t journal_failures = 0;
};

/// The rooms of one orchestrator: runs a @ref room_allocation for each, writes down before it sends, keeps the limits, looks
/// at servers, and stops what nobody knows of. No I/O of its own: journal and allocator are given, and its owner calls
/// @ref advance when @ref next_wake says so. One thread.
class engine {
public:
    /// A room of the engine. Numbers are never used twice within a process.
    using number = std::uint64_t;

    /// Who is told. From within, no function of the engine may be called.
    class events {
    public:
        events() = default;
        /// What a room has become.
        std::function<void(number, const tell_room&)> told;
        /// The orchestrator has given it a server, which is not ready yet.
        std::function<void(number)> accepted;
        /// It can't be written down, and is given up: nothing was sent for it.
        std::function<void(number, const std::string& problem)> not_written;
        /// Nothing is left of it.
        std::function<void(number)> over;
        /// Something that the operator should know; without secrets.
        std::function<void(const std::string&)> log;
        /// @ref next_wake may have changed.
        std::function<void()> rearm;
    };

    /// A room that came back from the journal.
    class restored {
    public:
        restored() = default;
        number which = 0;
        intent what;
    };

    /// @param clock the time of everything.
    engine(engine_settings with, allocator& vendor, journal& store, events to,
           std::function<time_point()> clock);
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;
    ~engine();

    /// Goes on where an earlier process has ended. To be called once, before anything else.
    /// @return the rooms that are wanted.
    std::vector<restored> restore(const journal_content& content);

    /// A room is wanted. @pre no living room has this id.
    number create(const std::string& room_id, const std::string& region, const std::string& config);

    /// A room is not wanted any more. Does nothing for one that is gone.
    void destroy(number which);

    /// Why nothing can be written down now; empty: it can.
    const std::string& journal_problem() const noexcept { return journal_problem_; }

    /// Why the orchestrator refuses our credentials, by its last answer; empty: it does not.
    const std::string& credentials_problem() const noexcept { return credentials_problem_; }

    void advance();
    std::optional<time_point> next_wake() const;

    engine_numbers numbers() const;

private:
    class room;
    class pending_record;
    class queued {
    public:
        queued() = default;
        std::function<void()> begin;
    };

    time_point now() const { return clock_(); }
    room* find(number which) const;
    void carry_out(room& one);
    void carry_out(room& one, write_record& action);
    void carry_out(room& one, send_create& action);
    void carry_out(room& one, send_find& action);
    void carry_out(room& one, send_stop& action);
    void carry_out(room& one, watch_server& action);
    void carry_out(room& one, unwatch_server& action);
    void carry_out(room& one, probe_server& action);
    void carry_out(room& one, tell_room& action);
    void settle(room& one);
    void index(room& one);

    void write();
    void written(const std::string& problem);
    void enqueue(verb which, std::function<void()> begin);
    void pump(verb which);
    void pump();
    void verb_ended(verb which, const refused* how);
    void poll(room& one);
    void observed(number which, const std::string& key, const observe_outcome& how);
    void reap();
    void judge(const journal_view& view, const list_outcome& how);

    verb_limit& limit(verb which) { return limits_.at(static_cast<std::size_t>(which)); }
    const verb_limit& limit(verb which) const {
        return limits_.at(static_cast<std::size_t>(which));
    }

    engine_settings settings_;
    allocator& vendor_;
    journal& journal_;
    events events_;
    std::function<time_point()> clock_;
    random_source random_;
    /// Empty once this object is gone: what comes back later finds nobody.
    std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);

    number next_number_ = 1;
    std::unordered_map<number, std::unique_ptr<room>> rooms_;
    /// The newest room of each id, as long as anything is left of it.
    std::unordered_map<std::string, number> by_id_;
    std::set<std::pair<time_point, number>> wakes_;
    /// The last generations of rooms that are over, so that a room of the same id has other names.
    std::unordered_map<std::string, unsigned> last_generation_;
    std::deque<std::string> remembered_;

    std::deque<pending_record> pending_;
    std::vector<pending_record> being_written_;
    bool is_writing_ = false;
    std::string journal_problem_;
    std::string credentials_problem_;
    time_point next_write_{};

    class living_record {
    public:
        living_record() = default;
        std::string tag;
        std::string uuid;
        std::string key;
    };
    /// What the journal holds, or is about to, of generations that have not ended.
    std::map<std::pair<std::string, unsigned>, living_record> living_;

    std::array<verb_limit, 4> limits_;
    std::array<std::deque<queued>, 4> queues_;

    reaper reaper_;
    std::chrono::system_clock::time_point journal_made_at_;
    time_point next_reaping_ = time_point::max();
    bool is_reaping_ = false;
    engine_numbers counted_;
};

} // namespace roomport::allocation
