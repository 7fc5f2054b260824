#pragma once

#include "http/channel.hpp"
#include "http/tls_context.hpp"

#include <memory>

namespace roomport::http::detail {

/// A channel with TLS, before its handshake.
/// @param socket a connected non-blocking socket, not owned.
/// @return null when out of memory.
std::unique_ptr<channel> make_tls_channel(std::shared_ptr<tls_context> context, int socket);

} // namespace roomport::http::detail
