#pragma once

#include "httpd/message.hpp"

#include <roomport/clock.hpp>
#include <roomport/hathora/requests.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {

/// What a request asks for, or the answer that says what is wrong with it: 400 for a body that is not JSON, where
/// the operation has that status, 422 for fields outside of their ranges.
template <class T>
using checked = boost::system::result<T, httpd::response>;

/// roomId, region and roomConfig.
checked<hathora::create_room_request> check_create_room(const httpd::request& received);

/// roomId, shortCode, visibility, region and roomConfig; not the player's token.
checked<hathora::create_lobby_request> check_create_lobby(const httpd::request& received);

/// nickname, of at most 1000 characters, so that the token fits into the head of a request.
checked<nickname_object> check_nickname(const httpd::request& received);

/// roomConfig.
checked<update_room_config_params> check_update_room(const httpd::request& received);

/// One of the known regions.
checked<region> check_region(std::string_view text);

/// The optional region of the v1 process lists and the lobby list.
checked<std::optional<region>> check_region_filter(const httpd::request& received);

/// What the v3 lists are filtered by. `before` in seconds or, from 10^11 on, in milliseconds.
class process_filter {
public:
    process_filter() = default;
    std::vector<process_status> status;
    std::vector<region> regions;
    std::optional<timestamp> before;
};
checked<process_filter> check_process_filter(const httpd::request& received);

/// The ids of the rooms that are asked about, from `ids=a,b,..`: at least one, at most `most`, none of them twice. The
/// parameter may be repeated.
checked<std::vector<std::string>> check_room_ids(const httpd::request& received, std::size_t most);

/// How long the answer may be held, at most `longest`; zero without a `wait` parameter.
checked<duration> check_wait(const httpd::request& received, duration longest);

} // namespace roomport::server
