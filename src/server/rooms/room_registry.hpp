#pragma once

#include "server/rooms/ports.hpp"
#include "server/rooms/process_index.hpp"
#include "server/rooms/provider.hpp"

#include <roomport/clock.hpp>
#include <roomport/model/process_status.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace roomport::server {

/// Now, by the clock that decides and by the one that is shown.
class moment {
public:
    moment(time_point steady_time, timestamp wall_time) : steady(steady_time), wall(wall_time) {}
    time_point steady;
    timestamp wall;
};

/// What the registry is run with.
class registry_options {
public:
    registry_options() = default;

    std::vector<port_declaration> ports{port_declaration()};
    port_range range;
    int rooms_per_process = 1;
    std::size_t max_processes = std::numeric_limits<std::size_t>::max();
    /// Living rooms.
    std::size_t max_rooms = 100'000;
    /// Bytes of the configs of all living rooms; destroyed ones keep theirs up to a quarter of it.
    std::size_t max_config_bytes = std::size_t{64} << 20U;
    duration bind_timeout = std::chrono::seconds(100);
    duration port_rest = std::chrono::seconds(30);
    /// Processes are an orchestrator's: it gives the ports, takes one room in each, writes orders down before they count, and
    /// starts again by itself what can be.
    bool is_remote = false;
    /// The regions in which there are processes; empty: all.
    std::set<std::string> regions;
    /// Ids of rooms must not begin with '-': the game server would take them for options.
    bool refuses_dash_ids = false;
    /// How often a process that failed is started again.
    int max_restarts = 3;
    /// How often a process moves to another port because a program has taken its own.
    int max_port_moves = 3;
    /// How many ended processes are remembered, and how many destroyed rooms of each.
    std::size_t history = 1000;
    /// How many destroyed rooms are remembered of all processes together.
    std::size_t room_history = 20'000;
};

/// A room, living or destroyed.
class room_record {
public:
    room_record() = default;

    std::string room_id;
    std::string process_id;
    std::string allocation_id;
    std::optional<std::string> config;
    timestamp scheduled_at;
    std::optional<timestamp> unscheduled_at;
};

/// A process, living or ended.
class process_record {
public:
    process_record() = default;

    /// Its place in the order of creation.
    std::uint64_t sequence = 0;
    std::string process_id;
    open_enum<roomport::region> region;
    process_status status = process_status::starting;
    std::vector<allocated_port> ports;
    std::vector<std::string> rooms;
    std::deque<room_record> past_rooms;
    timestamp created_at;
    timestamp rooms_updated_at;
    timestamp booted_at;
    std::optional<timestamp> started_at;
    std::optional<timestamp> stopping_at;
    std::optional<timestamp> terminated_at;
    std::string exit_reason;

    time_point bind_deadline = time_point::max();
    /// It had its time to bind its main port, and is killed.
    bool is_overdue = false;
    /// The order will not be forgotten.
    bool is_written = true;
    /// Whether it comes to be a process is known.
    bool is_settled = true;
    /// The status of an answer that says why it never came to be one; 0: it did, or will.
    int refusal_status = 0;
    int restarts = 0;
    int port_moves = 0;
    bool is_moving = false;

    bool has_ended() const noexcept { return terminated_at.has_value(); }
    bool takes_rooms() const noexcept {
        return status == process_status::starting || status == process_status::running;
    }
};

/// Why the registry refused, as an HTTP status with a sentence.
class refusal {
public:
    refusal() = default;
    refusal(int code, std::string text) : status(code), message(std::move(text)) {}
    int status = 0;
    std::string message;
};

/// What has to be done outside: start a process, stop one, or look again at a room.
class stop_order {
public:
    stop_order(std::string process, bool now) : process_id(std::move(process)), at_once(now) {}
    std::string process_id;
    bool at_once;
};
class room_change {
public:
    explicit room_change(std::string room) : room_id(std::move(room)) {}
    std::string room_id;
};
using registry_action = std::variant<process_order, stop_order, room_change>;

/// Decides everything about rooms and processes; does nothing itself. Time and identifiers are passed in, what has to
/// be done is taken out with @ref take_actions after each call.
class room_registry {
public:
    /// Makes new identifiers.
    class id_source {
    public:
        id_source() = default;
        std::function<std::string()> room;
        std::function<std::string()> process;
    };

    room_registry(registry_options options, id_source ids, std::shared_ptr<port_source> ports);

    /// Puts a room into a process with a free slot, or into a new one. @return the room's id.
    boost::system::result<std::string, refusal> create_room(moment now,
                                                            open_enum<roomport::region> where,
                                                            std::optional<std::string> room_id,
                                                            std::optional<std::string> config);

    /// Puts a room back that is in the hands of a remote provider already; nothing is ordered.
    /// @return the id of its process.
    std::string restore_room(moment now, open_enum<roomport::region> where, std::string room_id,
                             std::optional<std::string> config);

    /// Destroys a room, and stops its process when that was the last one in it. @return whether there was such a room.
    bool destroy_room(moment now, const std::string& room_id);

    /// Why a room may not have a config of this size; nothing when it may, or when there is no such room.
    std::optional<refusal> refuse_config(const std::string& room_id, std::size_t size) const;

    /// @return whether there was such a room.
    bool update_room(const std::string& room_id, std::string config);

    /// Starts a process ahead of its rooms. @return the process's id.
    boost::system::result<std::string, refusal> create_process(moment now,
                                                               open_enum<roomport::region> where);

    /// Destroys the rooms of a process and stops it. @return whether there ever was such a process.
    bool stop_process(moment now, const std::string& process_id);

    /// Stops all processes for good.
    void stop_everything(moment now);

    /// Takes notice of what a provider saw.
    void handle(moment now, const process_event& event);

    /// Gives up on processes that have not bound their port in time.
    void tick(moment now);

    /// When @ref tick has something to do; `time_point::max()` for never.
    time_point next_deadline() const;

    /// What has to be done since the last call, in order.
    std::vector<registry_action> take_actions();

    /// A living room; null for an unknown or a destroyed one. Valid until the next change.
    const room_record* find_room(const std::string& room_id) const;

    /// Why a room has ended, where its game server's end was the reason: one of the last 10,000; null for any other. Valid
    /// until the next change.
    const std::string* why_gone(const std::string& room_id) const;

    /// A process; null for an unknown one. Valid until the next change.
    const process_record* find_process(const std::string& process_id) const;

    /// All processes, the oldest first.
    std::vector<const process_record*> processes() const;

    const registry_options& options() const noexcept { return options_; }

private:
    process_record* find_mutable(const std::string& process_id);
    process_record* find_free_slot(const open_enum<roomport::region>& where);
    boost::system::result<process_record*, refusal> add_process(moment now,
                                                                open_enum<roomport::region> where);
    void add_room(moment now, process_record& process, std::string room_id,
                  std::optional<std::string> config);
    void take_endpoints(process_record& process, const process_event& event);
    void launch(moment now, process_record& process);
    void launch_again(moment now, process_record& process);
    void renew_ports(moment now, process_record& process);
    void stop(moment now, process_record& process);
    void end(moment now, process_record& process, process_status status);
    void retire(moment now, process_record& process, const std::string& room_id);
    void destroy_rooms(moment now, process_record& process);
    void keep_reason(const std::string& room_id, std::string reason);
    void remember_reason(const std::string& room_id, const process_record& process);
    std::optional<refusal> refuse_config_bytes(std::size_t before, std::size_t size) const;
    void remember(process_record& process, room_record room);
    void forget_oldest_room(process_record& process);
    void forget_oldest();
    void announce(const process_record& process);
    void index(const process_record& process);

    registry_options options_;
    id_source ids_;
    port_allocator ports_;
    std::map<std::uint64_t, process_record> processes_;
    std::unordered_map<std::string, std::uint64_t> sequences_;
    process_index index_;
    std::set<std::uint64_t> ended_;
    std::unordered_map<std::string, room_record> rooms_;
    static constexpr std::size_t most_reasons = 10'000;
    std::unordered_map<std::string, std::string> reasons_;
    std::deque<std::string> reasons_in_order_;
    std::vector<registry_action> actions_;
    std::uint64_t next_sequence_ = 0;
    std::size_t living_ = 0;
    std::size_t config_bytes_ = 0;
    std::size_t past_config_bytes_ = 0;
    std::size_t past_rooms_ = 0;
};

} // namespace roomport::server
