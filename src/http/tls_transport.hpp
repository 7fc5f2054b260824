#pragma once

#include "http/tls_context.hpp"
#include "http/transport.hpp"

#include <memory>

namespace roomport::http::detail {

/// A transport with TLS, before its handshake.
/// @param socket a connected non-blocking socket, not owned.
/// @return null when out of memory.
std::unique_ptr<transport> make_tls_transport(std::shared_ptr<tls_context> context, int socket);

} // namespace roomport::http::detail
