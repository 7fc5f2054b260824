#include "server/api/model_views.hpp"

namespace roomport::server {
namespace {

// The versions 1 and 2 of the API number deployments, version 3 names them.
constexpr int deployment_number = 1;
constexpr const char* deployment_name = "dep-00000000-0000-4000-8000-000000000001";

room_allocation allocation_of(const room_record& room) {
    room_allocation allocation;
    allocation.room_allocation_id = room.allocation_id;
    allocation.process_id = room.process_id;
    allocation.scheduled_at = room.scheduled_at;
    allocation.unscheduled_at = room.unscheduled_at;
    return allocation;
}

} // namespace

const std::string& model_views::host_of(const allocated_port& port) const {
    return port.host.empty() ? host_ : port.host;
}

exposed_port model_views::port_view(const allocated_port& port) const {
    exposed_port view;
    view.name = port.declared.name;
    view.host = host_of(port);
    view.port = port.number;
    view.transport_type = port.declared.transport;
    return view;
}

// A port is told only while the process has it: players must not find somebody else there.
template <class Model>
void model_views::fill_ports(Model& model, const process_record& record) const {
    if (record.status != process_status::running) {
        return;
    }
    model.exposed_port = port_view(record.ports.front());
    for (std::size_t index = 1; index < record.ports.size(); ++index) {
        model.additional_exposed_ports.push_back(port_view(record.ports[index]));
    }
}

bool model_views::is_starting(const room_record& room) const {
    return registry_.find_process(room.process_id)->status != process_status::running;
}

connection_info_v2 model_views::connection_info(const room_record& room) const {
    const auto& owner = *registry_.find_process(room.process_id);
    connection_info_v2 view;
    view.room_id = room.room_id;
    view.status = is_starting(room) ? room_ready_status::starting : room_ready_status::active;
    fill_ports(view, owner);
    return view;
}

roomport::connection_info model_views::connection_info_v1(const room_record& room) const {
    roomport::connection_info view;
    view.room_id = room.room_id;
    view.status = room_ready_status::starting;
    if (!is_starting(room)) {
        const auto& port = registry_.find_process(room.process_id)->ports.front();
        view.status = room_ready_status::active;
        view.host = host_of(port);
        view.port = port.number;
        view.transport_type = port.declared.transport;
    }
    return view;
}

room_connection_data model_views::created_room(const room_record& room) const {
    auto info = connection_info(room);
    room_connection_data view;
    view.room_id = room.room_id;
    view.process_id = room.process_id;
    view.status = std::move(info.status);
    view.exposed_port = std::move(info.exposed_port);
    view.additional_exposed_ports = std::move(info.additional_exposed_ports);
    return view;
}

room_status model_views::status_of(const room_record& room) const {
    if (room.unscheduled_at) {
        return room_status::destroyed;
    }
    const auto& owner = *registry_.find_process(room.process_id);
    return owner.status == process_status::running ? room_status::active : room_status::scheduling;
}

template <class Model>
void model_views::fill_room(Model& model, const room_record& room) const {
    model.app_id = app_id_;
    model.room_id = room.room_id;
    model.status = status_of(room);
    model.room_config = room.config;
    if (!room.unscheduled_at) {
        model.current_allocation = allocation_of(room);
    }
}

roomport::room model_views::room_info(const room_record& room) const {
    roomport::room view;
    fill_room(view, room);
    view.allocations.push_back(allocation_of(room));
    return view;
}

room_without_allocations model_views::room_in_list(const room_record& room) const {
    room_without_allocations view;
    fill_room(view, room);
    return view;
}

template <class Model>
void model_views::fill_process(Model& model, const process_record& record) const {
    const auto& options = registry_.options();
    model.process_id = record.process_id;
    model.app_id = app_id_;
    model.deployment_id = deployment_number;
    model.region = record.region;
    model.rooms_per_process = options.rooms_per_process;
    model.rooms_allocated = static_cast<std::int32_t>(record.rooms.size());
    model.rooms_allocated_updated_at = record.rooms_updated_at;
    model.room_slots_available =
        record.takes_rooms() ? options.rooms_per_process - static_cast<int>(record.rooms.size())
                             : 0;
    model.room_slots_available_updated_at = record.rooms_updated_at;
    model.active_connections = 0;
    model.active_connections_updated_at = record.created_at;
    // An orchestrator's server has its host and ports only once it is ready.
    model.host = record.ports.empty() ? host_ : host_of(record.ports.front());
    model.port = record.ports.empty() ? 0 : record.ports.front().number;
    model.draining = record.status == process_status::stopping;
    if (record.rooms.empty() && !record.has_ended()) {
        model.idle_since = record.rooms_updated_at;
    }
    model.starting_at = record.created_at;
    model.started_at = record.started_at;
    model.stopping_at = record.stopping_at;
    model.terminated_at = record.terminated_at;
    fill_ports(model, record);
}

process model_views::process_v1(const process_record& record) const {
    process view;
    fill_process(view, record);
    return view;
}

process_with_rooms model_views::running_process(const process_record& record) const {
    process_with_rooms view;
    fill_process(view, record);
    for (const auto& room_id : record.rooms) {
        view.rooms.push_back(room_in_list(*registry_.find_room(room_id)));
    }
    view.total_rooms = static_cast<std::int32_t>(record.rooms.size() + record.past_rooms.size());
    return view;
}

template <class Model>
void model_views::fill_newer_process(Model& model, const process_record& record) const {
    model.process_id = record.process_id;
    model.app_id = app_id_;
    model.region = record.region;
    model.status = record.status;
    model.rooms_per_process = registry_.options().rooms_per_process;
    model.rooms_allocated = static_cast<std::int32_t>(record.rooms.size());
    fill_ports(model, record);
    model.created_at = record.created_at;
    model.started_at = record.started_at;
    model.stopping_at = record.stopping_at;
    model.terminated_at = record.terminated_at;
}

roomport::process_v2 model_views::process_v2(const process_record& record) const {
    roomport::process_v2 view;
    fill_newer_process(view, record);
    view.deployment_id = deployment_number;
    return view;
}

roomport::process_v3 model_views::process_v3(const process_record& record) const {
    roomport::process_v3 view;
    fill_newer_process(view, record);
    view.deployment_id = deployment_name;
    view.scheduled_at = record.created_at;
    view.booted_at = record.booted_at;
    if (record.has_ended()) {
        view.summary_exit_reason = record.exit_reason;
    }
    return view;
}

lobby_v3 model_views::lobby(const lobby_record& lobby) const {
    lobby_v3 view;
    view.app_id = app_id_;
    view.room_id = lobby.room_id;
    view.short_code = lobby.short_code;
    view.visibility = lobby.visibility;
    view.region = lobby.region;
    if (const auto* room = registry_.find_room(lobby.room_id)) {
        view.room_config = room->config;
    }
    view.created_by = lobby.created_by;
    view.created_at = lobby.created_at;
    return view;
}

} // namespace roomport::server
