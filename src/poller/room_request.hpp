#pragma once

#include <roomport/clock.hpp>

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport::poller {

/// The body of a registration: `{"roomId":"2swovpy1fnunu","timeout":"30s"}`.
class room_request {
public:
    room_request() = default;

    /// As it was sent: whether it is a room id is for others to say.
    std::string room_id;
    /// Of the wait; nothing: not given, or null.
    std::optional<duration> timeout;
};

/// Reads the body of a registration. A timeout is a text like "1500ms", "30s", "2m" or "1h", or a number of seconds.
/// Any other member, and one that stands there twice, is refused: a misspelled timeout would otherwise go unnoticed.
/// @return what is wrong and what to do, otherwise.
boost::system::result<room_request, std::string> read_room_request(std::string_view body);

/// Reads how long an answer may be held: whole seconds, more than 300 being taken as 300.
std::optional<duration> read_patience(std::string_view text);

} // namespace roomport::poller
