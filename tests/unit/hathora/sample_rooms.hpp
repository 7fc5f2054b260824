#pragma once

#include <roomport/model/connection_info_v2.hpp>
#include <roomport/model/exposed_port.hpp>

#include <string>
#include <utility>

namespace roomport::hathora {

inline exposed_port good_port() {
    exposed_port port;
    port.name = "default";
    port.host = "abc123.edge.example";
    port.port = 34567;
    port.transport_type = transport_type::udp;
    return port;
}

inline connection_info_v2 starting_room(std::string id) {
    connection_info_v2 info;
    info.room_id = std::move(id);
    info.status = room_ready_status::starting;
    return info;
}

inline connection_info_v2 active_room(std::string id = "room") {
    connection_info_v2 info = starting_room(std::move(id));
    info.status = room_ready_status::active;
    info.exposed_port = good_port();
    return info;
}

} // namespace roomport::hathora
