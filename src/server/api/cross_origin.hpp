#pragma once

#include "httpd/message.hpp"

#include <string_view>
#include <vector>

namespace roomport::server {

/// The fields by which browsers let pages of every origin read an answer. They belong on each one, refusals too: what has
/// them not is told to the page as a failure of the network.
std::vector<httpd::field> cross_origin_fields();

/// The answer to OPTIONS: what a path may be asked for, and, where a browser asks before the request of a page (Fetch
/// standard, CORS preflight), that it may send it. Tokens are bearer tokens, which no page sends unless it has them, so
/// that every origin may.
/// @param allowed the methods of the path, separated by ", ".
httpd::response preflight_answer(const httpd::request& received, std::string_view allowed);

} // namespace roomport::server
