#pragma once

#include "hathora/batch_choice.hpp"

#include <roomport/http/message.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/model/process_with_rooms.hpp>
#include <roomport/wait/observer.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace roomport::hathora {

/// What a list of rooms says of each room that was asked about, in the order asked: one that is not in it is gone.
/// @return nothing when the list names a room that was not asked about, or one twice: then it says nothing for certain.
std::optional<std::vector<std::optional<observation>>>
observe_rooms(const std::vector<std::string>& asked, std::vector<connection_info_v2> known);

/// What the list of running processes says of each room asked about, in the order asked.
///
/// A room is ready when its process has started, is not on its way out and has a usable port. A room of a process that has
/// not started is starting. The list says nothing of any other room, one that is not in it included: a room may wait for
/// a process, or be gone.
std::vector<std::optional<observation>>
observe_processes(const std::vector<std::string>& asked,
                  const std::vector<process_with_rooms>& processes);

/// About how many bytes such a list takes.
std::size_t approximate_size(const std::vector<process_with_rooms>& processes);

/// How a request about many rooms ended, from its error.
batch_end classify_batch_end(error_code ec, int http_status, bool held);

/// The most ids of one request that the server announced with `Roomport-Batch`; zero without a valid field that allows at
/// least two.
std::size_t announced_batch(const http::response& answer);

} // namespace roomport::hathora
