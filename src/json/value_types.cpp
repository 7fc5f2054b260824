#include "json/make_value_type.hpp"

#include <roomport/json/document.hpp>
#include <roomport/model.hpp>

#include <algorithm>
#include <string>
#include <tuple>

namespace roomport::json::detail {
namespace {

using models =
    std::tuple<api_error, connection_info, connection_info_v2, create_lobby_v3_params,
               create_room_params, exposed_port, lobby_v3, nickname_object, ping_endpoints,
               player_token_object, process, process_v2, process_v3, process_with_rooms,
               processes_count, room, room_allocation, room_connection_data,
               room_without_allocations, update_room_config_params>;

template <class... Models>
constexpr auto make_registry(const std::tuple<Models...>*) {
    std::array<const value_type*, sizeof...(Models)> result{&value_type_of<Models>...};
    std::ranges::sort(result, {}, [](const value_type* type) { return type->model_name; });
    return result;
}

constexpr auto registry = make_registry(static_cast<const models*>(nullptr));

} // namespace

std::span<const value_type* const> all_models() noexcept {
    return registry;
}

template <class T>
const value_type& document_type() noexcept {
    return value_type_of<T>;
}

#define ROOMPORT_DOCUMENT(model)                                                                   \
    template ROOMPORT_EXPORT const value_type& document_type<model>() noexcept;                    \
    template ROOMPORT_EXPORT const value_type& document_type<std::vector<model>>() noexcept;

ROOMPORT_DOCUMENT(api_error)
ROOMPORT_DOCUMENT(connection_info)
ROOMPORT_DOCUMENT(connection_info_v2)
ROOMPORT_DOCUMENT(create_lobby_v3_params)
ROOMPORT_DOCUMENT(create_room_params)
ROOMPORT_DOCUMENT(exposed_port)
ROOMPORT_DOCUMENT(lobby_v3)
ROOMPORT_DOCUMENT(nickname_object)
ROOMPORT_DOCUMENT(ping_endpoints)
ROOMPORT_DOCUMENT(player_token_object)
ROOMPORT_DOCUMENT(process)
ROOMPORT_DOCUMENT(process_v2)
ROOMPORT_DOCUMENT(process_v3)
ROOMPORT_DOCUMENT(process_with_rooms)
ROOMPORT_DOCUMENT(processes_count)
ROOMPORT_DOCUMENT(room)
ROOMPORT_DOCUMENT(room_allocation)
ROOMPORT_DOCUMENT(room_connection_data)
ROOMPORT_DOCUMENT(room_without_allocations)
ROOMPORT_DOCUMENT(update_room_config_params)

#undef ROOMPORT_DOCUMENT

template ROOMPORT_EXPORT const value_type& document_type<std::string>() noexcept;

} // namespace roomport::json::detail
