#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>
#include <roomport/http/origin.hpp>

#include <string>
#include <string_view>

namespace roomport::http::detail {

/// Whether a request can be sent as it is: `error::invalid_argument` when not.
error_code check_request(const request& wanted);

/// The fields that every request to an origin has: Host and User-Agent.
std::string common_fields(const origin& target, std::string_view user_agent);

/// Puts the bytes of a request into `text`, whose memory is used again.
/// @param common what `common_fields` gave.
/// @pre `!check_request(wanted)`, and `text` is empty.
void write_request(std::string& text, const request& wanted, std::string_view common);

} // namespace roomport::http::detail
