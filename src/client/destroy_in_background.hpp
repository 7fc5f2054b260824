#pragma once

#include "client/client_impl.hpp"

#include <memory>
#include <string>

namespace roomport {

/// Destroys a room that nobody will use, trying for at most 5 s, and tells `client_options::on_orphan` if that fails.
///
/// It outlives `client::cancel`; `client::async_close` waits for it.
/// @param creation_unknown the room may appear only after this: "no such room" is asked again for a while.
/// @pre on the client's strand.
void destroy_in_background(std::shared_ptr<client::impl> owner, std::string room_id,
                           bool creation_unknown);

} // namespace roomport
