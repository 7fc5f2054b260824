#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>
#include <roomport/http/origin.hpp>

#include <string>
#include <string_view>

namespace roomport::http::detail {

/// Whether a request can be sent as it is: `error::invalid_argument` when not.
error_code check_request(const request& wanted);

/// The bytes of a request.
/// @pre `!check_request(wanted)`
std::string write_request(const request& wanted, const origin& target, std::string_view user_agent);

} // namespace roomport::http::detail
