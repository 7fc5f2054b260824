#pragma once

/// @file
/// All models of the API, and the list of them. A file that needs one of them includes that one's header instead.

#include <roomport/model/api_error.hpp>
#include <roomport/model/connection_info.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/model/create_lobby_v3_params.hpp>
#include <roomport/model/create_room_params.hpp>
#include <roomport/model/exposed_port.hpp>
#include <roomport/model/hosting.hpp>
#include <roomport/model/lobby_v3.hpp>
#include <roomport/model/lobby_visibility.hpp>
#include <roomport/model/nickname_object.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/ping_endpoints.hpp>
#include <roomport/model/player_token_object.hpp>
#include <roomport/model/process.hpp>
#include <roomport/model/process_status.hpp>
#include <roomport/model/process_v2.hpp>
#include <roomport/model/process_v3.hpp>
#include <roomport/model/process_with_rooms.hpp>
#include <roomport/model/processes_count.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/room.hpp>
#include <roomport/model/room_allocation.hpp>
#include <roomport/model/room_connection_data.hpp>
#include <roomport/model/room_ready_status.hpp>
#include <roomport/model/room_status.hpp>
#include <roomport/model/room_without_allocations.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>
#include <roomport/model/transport_type.hpp>
#include <roomport/model/update_room_config_params.hpp>

namespace roomport {

/// Types of models.
template <class... Models>
class model_list {};

/// Every model of the API that this library reads and writes, a document or part of one, in alphabetical order.
using all_models =
    model_list<api_error, connection_info, connection_info_v2, create_lobby_v3_params,
               create_room_params, exposed_port, lobby_v3, nickname_object, ping_endpoints,
               player_token_object, process, process_v2, process_v3, process_with_rooms,
               processes_count, room, room_allocation, room_connection_data,
               room_without_allocations, update_room_config_params>;

} // namespace roomport
