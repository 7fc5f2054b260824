#pragma once

#include "http/channel.hpp"

#include <memory>

namespace roomport::http::detail {

/// A channel without TLS.
/// @param socket a connected non-blocking socket, not owned.
std::unique_ptr<channel> make_plain_channel(int socket);

} // namespace roomport::http::detail
