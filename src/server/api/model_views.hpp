#pragma once

#include "server/api/lobby_list.hpp"
#include "server/rooms/room_registry.hpp"

#include <roomport/model/connection_info.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/model/lobby_v3.hpp>
#include <roomport/model/process.hpp>
#include <roomport/model/process_v2.hpp>
#include <roomport/model/process_v3.hpp>
#include <roomport/model/process_with_rooms.hpp>
#include <roomport/model/room.hpp>
#include <roomport/model/room_connection_data.hpp>
#include <roomport/model/room_without_allocations.hpp>

#include <string>

namespace roomport::server {

/// Shows the registry's records as the API's models.
class model_views {
public:
    /// @param app_id the one app there is. @param host where players find every port.
    model_views(std::string app_id, std::string host, const room_registry& registry)
        : app_id_(std::move(app_id)), host_(std::move(host)), registry_(registry) {}

    /// Whether players can't connect yet.
    bool is_starting(const room_record& room) const;

    connection_info_v2 connection_info(const room_record& room) const;
    roomport::connection_info connection_info_v1(const room_record& room) const;
    room_connection_data created_room(const room_record& room) const;
    roomport::room room_info(const room_record& room) const;
    room_without_allocations room_in_list(const room_record& room) const;
    process process_v1(const process_record& record) const;
    process_with_rooms running_process(const process_record& record) const;
    roomport::process_v2 process_v2(const process_record& record) const;
    roomport::process_v3 process_v3(const process_record& record) const;
    lobby_v3 lobby(const lobby_record& lobby) const;

private:
    const std::string& host_of(const allocated_port& port) const;
    exposed_port port_view(const allocated_port& port) const;
    room_status status_of(const room_record& room) const;

    template <class Model>
    void fill_ports(Model& model, const process_record& record) const;
    template <class Model>
    void fill_process(Model& model, const process_record& record) const;
    template <class Model>
    void fill_newer_process(Model& model, const process_record& record) const;
    template <class Model>
    void fill_room(Model& model, const room_record& room) const;

    std::string app_id_;
    std::string host_;
    const room_registry& registry_;
};

} // namespace roomport::server
