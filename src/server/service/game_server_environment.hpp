#pragma once

#include "server/service/service_options.hpp"

#include <roomport/secret.hpp>

#include <string>
#include <vector>

namespace roomport::server {

/// What every game server finds in its environment, `NAME=VALUE` each: what Hathora's found there, and the mark by which
/// processes of this state folder are known.
std::vector<std::string> game_server_environment(const service_options& options,
                                                 const std::string& advertised,
                                                 const std::string& marker,
                                                 const secret& app_secret);

} // namespace roomport::server
