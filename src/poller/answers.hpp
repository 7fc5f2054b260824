#pragma once

#include "httpd/message.hpp"
#include "poller/room_table.hpp"

#include <roomport/error.hpp>
#include <roomport/wait/wait_result.hpp>

#include <string>
#include <string_view>

namespace roomport::poller {

/// The outcome of a wait in a word, for metrics and log: "ready", "deadline", "never" or "error".
std::string_view outcome_word(error_code ec);

/// What callers are told of a wait that has ended: 200, 504 when its deadline passed, 410 when it will never be ready, 502
/// after any other failure.
room_result to_result(std::string_view room, error_code ec, const wait_result& result);

/// What callers are told of a room now: its result, or 202 while it is waited for.
httpd::response to_response(std::string_view room, const room_view& known, time_point now);

/// A request that is refused. @param room empty: it is about no room.
httpd::response refusal(int status, error_code ec, std::string message,
                        std::string_view room = std::string_view());

} // namespace roomport::poller
