#pragma once

#include <roomport/clock.hpp>

#include <cstddef>
#include <string>

namespace roomport::server {

/// The environment variable by which children of a service are found again.
inline constexpr const char* marker_variable = "ROOMPORT_SERVICE_MARKER";

/// Kills every process that carries the marker in its environment and all that descends from one, whatever its group,
/// session or user, as far as this process may, with what they start meanwhile; never this process or one of its
/// ancestors. Waits until they are gone.
/// @param patience how long to go on while new ones appear or old ones remain.
/// @return how many were killed.
std::size_t kill_orphans(const std::string& marker, duration patience);

/// Reaps every child that has ended, as process 1 has to. For a process that launches none of its own.
void reap_all() noexcept;

} // namespace roomport::server
