#pragma once

#include <roomport/hathora/operation.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace roomport::server {

class api_call;

/// A nickname of 1,000 characters; and what some clients send where nothing is asked for.
inline constexpr std::size_t small_body = std::size_t{16} << 10U;

/// A room's config of 10,000 characters, each of which JSON may write as two escapes of six bytes, and what stands around it.
inline constexpr std::size_t body_with_config = std::size_t{128} << 10U;

/// As large as the server reads: who has the service's token may send members that only a later version knows.
inline constexpr std::size_t any_body = std::numeric_limits<std::size_t>::max();

/// Answers requests of one operation.
class api_handler {
public:
    /// The operation's id.
    std::string_view id;
    void (*run)(api_call& current) = nullptr;
    /// The largest body that is read.
    std::size_t most_body = small_body;
};

// Those of one subject, in the file of that name.
std::span<const api_handler> room_handlers();
std::span<const api_handler> process_handlers();
std::span<const api_handler> lobby_handlers();

/// An operation with what answers it.
class answered_operation {
public:
    hathora::operation_description operation;
    void (*run)(api_call& current) = nullptr;
    std::size_t most_body = small_body;
};

/// All operations of the API that this service knows, those that it only refuses included.
/// @throws std::logic_error when an operation has no handler.
std::vector<answered_operation> all_answered_operations();

} // namespace roomport::server
