#pragma once

#include <string>

namespace roomport::server {

class remote_provider;
class room_service;

/// What an operator watches of the room service, in Prometheus' text format.
/// @param remote null where the service runs the game servers itself.
std::string service_metrics(const room_service& rooms, const remote_provider* remote);

} // namespace roomport::server
