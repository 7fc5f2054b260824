#pragma once

#include <roomport/error.hpp>

#include <string_view>

namespace roomport::poller {

/// A failed observation of a room in a word, for the metrics: "gone" when the server does not know the room (404, 410),
/// "throttled" (429), "unavailable" when the server is in trouble (408, 425, 5xx except 501 and 505), "refused" (any other
/// 4xx), "http_status" (any other status), else the word of the failure's class, like "connect".
std::string_view poll_result(error_code failure);

} // namespace roomport::poller
