#pragma once

#include "http/transport.hpp"

#include <memory>

namespace roomport::http::detail {

/// A transport without TLS.
/// @param socket a connected non-blocking socket, not owned.
std::unique_ptr<transport> make_plain_transport(int socket);

} // namespace roomport::http::detail
