#pragma once

#include "allocation/capabilities.hpp"
#include "allocation/outcome.hpp"
#include "allocation/record.hpp"
#include "allocation/room_action.hpp"
#include "common/random_source.hpp"

#include <roomport/clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace roomport::allocation {

/// All decisions about the servers of one room, without I/O: what is written down, created, found, adopted, stopped.
///
/// Events and time go in, actions come out of @ref take_actions; nothing is called from inside. Whatever was asked for is
/// answered exactly once, or never, where the process dies; then @ref restore goes on from the last record that lasts.
/// A create is sent only after a record that says so lasts. Not thread-safe.
class room_allocation {
public:
    class settings {
    public:
        settings() = default;
        capabilities platform;
        /// How long a create whose outcome is not known may take to show itself, and how far looks for it are apart.
        duration unknown_delay = std::chrono::seconds(3);
        /// How long to ask again while nothing is free.
        duration capacity_timeout = std::chrono::seconds(60);
        /// From accepted to playable; after it another server is asked for.
        duration start_timeout = std::chrono::seconds(120);
        /// How long refused credentials may be on their way to being renewed.
        duration auth_grace = std::chrono::seconds(30);
        /// Servers that may be asked for after the first.
        unsigned most_replacements = 3;
        /// Whether an allocated server is probed before it is told of.
        bool has_second_stage = false;
        /// Zero: taken from the system.
        std::uint64_t seed = 0;
    };

    explicit room_allocation(settings with);

    /// A room is wanted. @pre nothing was begun or restored.
    void begin(intent wanted, time_point now);

    /// Goes on after a restart. @pre nothing was begun or restored.
    /// @param is_superseded whether the journal knows a later generation of the room: what this one has is only stopped.
    void restore(const record& last, bool is_superseded, time_point now);

    /// The room is not wanted any more.
    void destroy(time_point now);

    void record_written(time_point now);
    void create_ended(const create_outcome& how, time_point now);
    void find_ended(const find_outcome& how, time_point now);
    void stop_ended(const std::string& key, stop_outcome how, time_point now);
    void observed(const std::string& key, const server_observation& seen, time_point now);
    void became_playable(const std::string& key, time_point now);

    /// Does what time asks for. To be called at @ref next_wake.
    void advance(time_point now);
    std::optional<time_point> next_wake() const;

    /// The actions since the last call, in order.
    std::vector<room_action> take_actions();

    /// Whether nothing is left of the room, here or at the orchestrator.
    bool is_over() const noexcept { return phase_ == phase::over; }

    const intent& wanted() const noexcept { return what_; }

private:
    enum class phase {
        idle,
        /// Until the records asked for last.
        writing,
        creating,
        finding,
        /// Until `pause_ends_`.
        pausing,
        /// Has a server that is not playable yet.
        starting,
        active,
        /// Until everything is stopped.
        stopping,
        over,
    };

    /// What follows once all records last, or a pause is over.
    enum class step { none, record_sent, create, resolve, watch, stop, finish };

    class stop {
    public:
        std::string key;
        /// The generation that it was the server of, as the journal knows; none for one that is in no record.
        std::optional<intent> of;
        time_point next_try{};
        unsigned failures = 0;
        bool is_under_way = false;
    };

    void write(record_state state, const std::string& key, const std::string& reason = {});
    void write_then(step next);
    void follow(step next, time_point now);
    void record_sent(time_point now);
    void create(time_point now);
    void resolve(time_point now);
    void pause(duration length, step next, time_point now);
    void create_refused(const refused& how, time_point now);
    void became_uncertain(unsigned looks);
    void adopt(const std::string& key, time_point now);
    void mark_alive();
    void become_active();
    void replace(const std::string& reason, bool is_stopped, time_point now);
    void next_generation(time_point now);
    void write_for(const intent& what, record_state state, const std::string& key,
                   const std::string& reason);
    void fail(const std::string& reason, refusal_class why, time_point now);
    void give_up(const std::string& reason, time_point now);
    void tell_gone(const std::string& reason,
                   std::optional<refusal_class> refused_as = std::nullopt);
    /// Whether it has a server that has to become playable in time.
    bool is_awaited() const noexcept { return phase_ == phase::starting && !was_active_; }
    void leave_server(time_point now);
    void conclude(time_point now);
    void add_stop(const std::string& key, std::optional<intent> of, time_point now);
    void send_stops(time_point now);

    settings settings_;
    random_source random_;
    intent what_;
    phase phase_ = phase::idle;
    step next_ = step::none;
    unsigned pending_writes_ = 0;
    time_point pause_ends_{};
    bool is_wanted_ = true;
    bool is_told_ = false;
    std::string reason_;

    /// Whether a server may exist of which the key is not known.
    bool is_uncertain_ = false;
    unsigned looks_left_ = 0;
    unsigned failures_ = 0;
    unsigned replacements_ = 0;
    time_point capacity_deadline_{};
    std::optional<time_point> auth_refused_since_;

    std::string key_;
    bool was_alive_ = false;
    bool was_active_ = false;
    bool is_probed_ = false;
    time_point accepted_at_{};
    std::vector<exposed_port> endpoints_;

    std::vector<stop> stops_;
    std::vector<room_action> actions_;
};

} // namespace roomport::allocation
