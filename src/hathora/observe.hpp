#pragma once

#include <roomport/http/message.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/wait/observation.hpp>

#include <string>
#include <string_view>

namespace roomport::hathora {

/// Whether a port can be given to a player: 1 to 65535, a well-formed host, a transport of [A-Za-z0-9_-]{1,32}.
bool is_usable(const exposed_port& port);

/// What a complete, well-formed answer says about the room that was asked for.
///
/// An unknown status counts as starting. A room other than `room_id`, and `active` without a usable port, break the API's
/// promises and are never yielded.
observation observe_document(std::string_view room_id, const connection_info_v2& document);

/// What a failed request says. `answer` is whatever was known of the response.
observation observe_failure(error_code ec, const http::response& answer, std::string message);

/// The longest hold that the server announced with `Roomport-Wait`, at most 25 s; zero without a valid field.
duration announced_hold(const http::response& answer);

} // namespace roomport::hathora
