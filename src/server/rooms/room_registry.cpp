#include "server/rooms/room_registry.hpp"

#include <algorithm>

namespace roomport::server {
namespace {

std::size_t config_size(const room_record& room) {
    return room.config ? room.config->size() : 0;
}

} // namespace

room_registry::room_registry(registry_options options, id_source ids,
                             std::shared_ptr<port_source> ports)
    : options_(std::move(options)), ids_(std::move(ids)),
      ports_(options_.range, options_.port_rest, std::move(ports)) {}

boost::system::result<std::string, refusal>
room_registry::create_room(moment now, open_enum<roomport::region> where,
                           std::optional<std::string> room_id, std::optional<std::string> config) {
    if (!room_id) {
        room_id = ids_.room();
    }
    if (options_.refuses_dash_ids && room_id->starts_with('-')) {
        return refusal(422,
                       "roomId must not begin with '-' here: the game server would take it for an "
                       "option; choose another one");
    }
    if (rooms_.count(*room_id) != 0) {
        return refusal(422, "a room with this roomId exists; choose another one");
    }
    if (rooms_.size() >= options_.max_rooms) {
        return refusal(429, "the limit of " + std::to_string(options_.max_rooms) +
                                " rooms is reached; destroy a room, or raise --max-rooms");
    }
    if (auto refused = refuse_config_bytes(0, config ? config->size() : 0)) {
        return *std::move(refused);
    }
    auto* process = find_free_slot(where);
    const bool is_new = process == nullptr;
    if (is_new) {
        auto added = add_process(now, where);
        if (added.has_error()) {
            return added.error();
        }
        process = *added;
    }
    add_room(now, *process, *room_id, std::move(config));
    if (is_new) {
        launch(now, *process);
    }
    index(*process);
    return *room_id;
}

void room_registry::add_room(moment now, process_record& process, std::string room_id,
                             std::optional<std::string> config) {
    room_record room;
    room.room_id = room_id;
    room.process_id = process.process_id;
    room.allocation_id = ids_.process();
    room.config = std::move(config);
    room.scheduled_at = now.wall;
    config_bytes_ += config_size(room);
    rooms_.emplace(room_id, std::move(room));
    process.rooms.push_back(std::move(room_id));
    process.rooms_updated_at = now.wall;
}

std::string room_registry::restore_room(moment now, open_enum<roomport::region> where,
                                        std::string room_id, std::optional<std::string> config) {
    process_record process;
    process.process_id = ids_.process();
    process.region = std::move(where);
    process.created_at = now.wall;
    process.booted_at = now.wall;
    process.sequence = next_sequence_++;
    ++living_;
    sequences_.emplace(process.process_id, process.sequence);
    process_record& added = processes_.emplace(process.sequence, std::move(process)).first->second;
    add_room(now, added, std::move(room_id), std::move(config));
    index(added);
    return added.process_id;
}

bool room_registry::destroy_room(moment now, const std::string& room_id) {
    const auto found = rooms_.find(room_id);
    if (found == rooms_.end()) {
        return false;
    }
    auto& process = *find_mutable(found->second.process_id);
    std::erase(process.rooms, room_id);
    retire(now, process, room_id);
    if (process.rooms.empty()) {
        stop(now, process);
    }
    index(process);
    return true;
}

bool room_registry::update_room(const std::string& room_id, std::string config) {
    const auto found = rooms_.find(room_id);
    if (found == rooms_.end()) {
        return false;
    }
    config_bytes_ += config.size() - config_size(found->second);
    found->second.config = std::move(config);
    return true;
}

std::optional<refusal> room_registry::refuse_config(const std::string& room_id,
                                                    std::size_t size) const {
    const auto found = rooms_.find(room_id);
    return found == rooms_.end() ? std::nullopt
                                 : refuse_config_bytes(config_size(found->second), size);
}

std::optional<refusal> room_registry::refuse_config_bytes(std::size_t before,
                                                          std::size_t size) const {
    if (size <= before || config_bytes_ - before + size <= options_.max_config_bytes) {
        return std::nullopt;
    }
    return refusal(429, "the configs of all rooms together would be larger than " +
                            std::to_string(options_.max_config_bytes) +
                            " bytes; destroy a room, or raise --max-config-bytes");
}

boost::system::result<std::string, refusal>
room_registry::create_process(moment now, open_enum<roomport::region> where) {
    if (options_.is_remote) {
        return refusal(422, "servers are made for rooms only here; create a room");
    }
    auto added = add_process(now, where);
    if (added.has_error()) {
        return added.error();
    }
    launch(now, **added);
    return (*added)->process_id;
}

bool room_registry::stop_process(moment now, const std::string& process_id) {
    auto* process = find_mutable(process_id);
    if (process == nullptr) {
        return false;
    }
    destroy_rooms(now, *process);
    stop(now, *process);
    return true;
}

void room_registry::stop_everything(moment now) {
    for (auto& [sequence, process] : processes_) {
        destroy_rooms(now, process);
        stop(now, process);
    }
}

void room_registry::handle(moment now, const process_event& event) {
    auto* process = find_mutable(event.process_id);
    if (process == nullptr || process->has_ended()) {
        return;
    }
    switch (event.what) {
    case process_event::kind::written:
        process->is_written = true;
        return;
    case process_event::kind::accepted:
        process->is_settled = true;
        announce(*process);
        return;
    case process_event::kind::ready:
        if (process->status == process_status::starting && !process->is_moving) {
            take_endpoints(*process, event);
            process->is_settled = true;
            process->status = process_status::running;
            process->started_at = now.wall;
            process->bind_deadline = time_point::max();
            index(*process);
            announce(*process);
        }
        return;
    case process_event::kind::port_taken:
        if (process->status == process_status::starting && !process->is_moving) {
            process->is_moving = true;
            process->bind_deadline = time_point::max();
            index(*process);
            actions_.emplace_back(stop_order(process->process_id, true));
        }
        return;
    case process_event::kind::told:
        return;
    case process_event::kind::exited:
        process->exit_reason = event.reason;
        process->refusal_status = event.refusal_status;
        if (process->is_overdue) {
            process->exit_reason += ", after its port was not bound in time";
        }
        if (process->status != process_status::stopping && process->is_moving &&
            process->port_moves < options_.max_port_moves) {
            ++process->port_moves;
            launch_again(now, *process);
        } else if (process->status == process_status::stopping || event.succeeded) {
            end(now, *process, process_status::stopped);
        } else if (!process->is_moving && !event.is_hopeless &&
                   process->restarts < options_.max_restarts) {
            ++process->restarts;
            launch_again(now, *process);
        } else {
            end(now, *process, process_status::failed);
        }
        return;
    }
}

void room_registry::take_endpoints(process_record& process, const process_event& event) {
    if (event.endpoints.empty()) {
        return;
    }
    process.ports.clear();
    for (const auto& endpoint : event.endpoints) {
        const auto transport = endpoint.transport_type.known().value_or(transport_type::udp);
        allocated_port port(port_declaration(endpoint.name, transport),
                            static_cast<std::uint16_t>(endpoint.port));
        port.host = endpoint.host;
        process.ports.push_back(std::move(port));
    }
}

void room_registry::tick(moment now) {
    for (const auto sequence : index_.due(now.steady)) {
        auto& process = processes_.at(sequence);
        process.bind_deadline = time_point::max();
        process.is_overdue = true;
        index(process);
        actions_.emplace_back(stop_order(process.process_id, true));
    }
}

time_point room_registry::next_deadline() const {
    return index_.next_deadline();
}

std::vector<registry_action> room_registry::take_actions() {
    return std::exchange(actions_, {});
}

const room_record* room_registry::find_room(const std::string& room_id) const {
    const auto found = rooms_.find(room_id);
    return found == rooms_.end() ? nullptr : &found->second;
}

const process_record* room_registry::find_process(const std::string& process_id) const {
    const auto found = sequences_.find(process_id);
    return found == sequences_.end() ? nullptr : &processes_.at(found->second);
}

process_record* room_registry::find_mutable(const std::string& process_id) {
    const auto found = sequences_.find(process_id);
    return found == sequences_.end() ? nullptr : &processes_.at(found->second);
}

std::vector<const process_record*> room_registry::processes() const {
    std::vector<const process_record*> all;
    all.reserve(processes_.size());
    for (const auto& [sequence, process] : processes_) {
        all.push_back(&process);
    }
    return all;
}

process_record* room_registry::find_free_slot(const open_enum<roomport::region>& where) {
    const auto found = index_.find_slot(std::string(where.text()));
    return found ? &processes_.at(*found) : nullptr;
}

boost::system::result<process_record*, refusal>
room_registry::add_process(moment now, open_enum<roomport::region> where) {
    if (living_ >= options_.max_processes) {
        return refusal(429, "the limit of " + std::to_string(options_.max_processes) +
                                " processes is reached; destroy a room, or raise --max-processes");
    }
    if (!options_.regions.empty() && options_.regions.count(std::string(where.text())) == 0) {
        return refusal(422, "there are no servers in this region; [provider.regions] has others");
    }
    process_record process;
    for (const auto& declared :
         options_.is_remote ? std::vector<port_declaration>() : options_.ports) {
        const auto number = ports_.allocate(declared.transport, now.steady);
        if (!number) {
            for (const auto& port : process.ports) {
                ports_.release(port.number, now.steady);
            }
            return refusal(429, "no port is left; a freed one rests for a while: try again later, "
                                "or widen --port-range");
        }
        process.ports.emplace_back(declared, *number);
    }
    process.process_id = ids_.process();
    process.region = std::move(where);
    process.created_at = now.wall;
    process.rooms_updated_at = now.wall;
    ++living_;
    process.sequence = next_sequence_++;
    sequences_.emplace(process.process_id, process.sequence);
    return &processes_.emplace(process.sequence, std::move(process)).first->second;
}

void room_registry::launch(moment now, process_record& process) {
    process.status = process_status::starting;
    process.booted_at = now.wall;
    process.started_at.reset();
    process.is_moving = false;
    process.bind_deadline =
        options_.is_remote ? time_point::max() : now.steady + options_.bind_timeout;
    process.is_written = !options_.is_remote;
    process.is_settled = !options_.is_remote;
    process.is_overdue = false;
    process_order order;
    order.process_id = process.process_id;
    order.region = process.region;
    order.rooms_per_process = options_.rooms_per_process;
    order.ports = process.ports;
    if (!process.rooms.empty()) {
        const auto& room = rooms_.at(process.rooms.front());
        order.room_id = room.room_id;
        order.room_config = room.config;
    }
    actions_.emplace_back(std::move(order));
    index(process);
}

void room_registry::launch_again(moment now, process_record& process) {
    renew_ports(now, process);
    launch(now, process);
}

void room_registry::renew_ports(moment now, process_record& process) {
    for (auto& port : process.ports) {
        const bool is_main = &port == &process.ports.front();
        const bool is_lost =
            (is_main && process.is_moving) || !ports_.is_free(port.declared.transport, port.number);
        if (!is_lost) {
            continue;
        }
        // With no other port left, the old one may still come free.
        if (const auto number = ports_.allocate(port.declared.transport, now.steady)) {
            ports_.release(port.number, now.steady);
            port.number = *number;
        }
    }
}

void room_registry::stop(moment now, process_record& process) {
    if (process.has_ended() || process.status == process_status::stopping) {
        return;
    }
    process.status = process_status::stopping;
    process.stopping_at = now.wall;
    process.bind_deadline = time_point::max();
    index(process);
    actions_.emplace_back(stop_order(process.process_id, false));
}

void room_registry::end(moment now, process_record& process, process_status status) {
    process.status = status;
    process.terminated_at = now.wall;
    process.bind_deadline = time_point::max();
    process.is_settled = true;
    if (!options_.is_remote) {
        for (const auto& port : process.ports) {
            ports_.release(port.number, now.steady);
        }
    }
    --living_;
    index(process);
    for (const auto& room_id : process.rooms) {
        remember_reason(room_id, process);
    }
    destroy_rooms(now, process);
    ended_.insert(process.sequence);
    forget_oldest();
}

void room_registry::remember_reason(const std::string& room_id, const process_record& process) {
    if (options_.is_remote) {
        keep_reason(room_id, process.exit_reason);
        return;
    }
    std::string reason = "its game server ";
    if (process.status == process_status::failed) {
        reason += "failed";
        if (process.restarts > 0) {
            reason += " " + std::to_string(process.restarts + 1) + " times, at last";
        }
    } else {
        reason += "has ended";
    }
    reason += ": " + process.exit_reason;
    keep_reason(room_id, std::move(reason));
}

void room_registry::keep_reason(const std::string& room_id, std::string reason) {
    if (reasons_.insert_or_assign(room_id, std::move(reason)).second) {
        reasons_in_order_.push_back(room_id);
    }
    if (reasons_in_order_.size() > most_reasons) {
        reasons_.erase(reasons_in_order_.front());
        reasons_in_order_.pop_front();
    }
}

const std::string* room_registry::why_gone(const std::string& room_id) const {
    const auto found = reasons_.find(room_id);
    return found == reasons_.end() ? nullptr : &found->second;
}

void room_registry::retire(moment now, process_record& process, const std::string& room_id) {
    auto room = rooms_.extract(room_id);
    room.mapped().unscheduled_at = now.wall;
    process.rooms_updated_at = now.wall;
    config_bytes_ -= config_size(room.mapped());
    remember(process, std::move(room.mapped()));
    actions_.emplace_back(room_change(std::move(room.key())));
}

void room_registry::remember(process_record& process, room_record room) {
    const bool is_full = past_rooms_ >= options_.room_history;
    if (is_full || process.past_rooms.size() >= options_.history) {
        if (process.past_rooms.empty()) {
            return;
        }
        forget_oldest_room(process);
    }
    if (past_config_bytes_ + config_size(room) > options_.max_config_bytes / 4) {
        room.config.reset();
    }
    past_config_bytes_ += config_size(room);
    ++past_rooms_;
    process.past_rooms.push_back(std::move(room));
}

void room_registry::forget_oldest_room(process_record& process) {
    past_config_bytes_ -= config_size(process.past_rooms.front());
    --past_rooms_;
    process.past_rooms.pop_front();
}

void room_registry::destroy_rooms(moment now, process_record& process) {
    // Taken out together: one by one, each would be looked for among all.
    const auto rooms = std::exchange(process.rooms, {});
    for (auto room_id = rooms.rbegin(); room_id != rooms.rend(); ++room_id) {
        retire(now, process, *room_id);
    }
    if (!rooms.empty()) {
        stop(now, process);
        index(process);
    }
}

void room_registry::forget_oldest() {
    if (ended_.size() <= options_.history) {
        return;
    }
    const auto oldest = processes_.find(*ended_.begin());
    ended_.erase(ended_.begin());
    while (!oldest->second.past_rooms.empty()) {
        forget_oldest_room(oldest->second);
    }
    sequences_.erase(oldest->second.process_id);
    processes_.erase(oldest);
}

void room_registry::announce(const process_record& process) {
    for (const auto& room_id : process.rooms) {
        actions_.emplace_back(room_change(room_id));
    }
}

void room_registry::index(const process_record& process) {
    auto free = process_index::slot::none;
    if (process.takes_rooms() &&
        process.rooms.size() < static_cast<std::size_t>(options_.rooms_per_process)) {
        free = process.status == process_status::running ? process_index::slot::in_running
                                                         : process_index::slot::in_starting;
    }
    index_.update(process.sequence, std::string(process.region.text()), free,
                  process.bind_deadline);
}

} // namespace roomport::server
