#pragma once

#include <roomport/hathora/operation.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace roomport::server {

class api_call;

/// Answers requests of one operation.
class api_handler {
public:
    /// The operation's id.
    std::string_view id;
    void (*run)(api_call& current) = nullptr;
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
};

/// All operations of the API that this service knows, those that it only refuses included.
/// @throws std::logic_error when an operation has no handler.
std::vector<answered_operation> all_answered_operations();

} // namespace roomport::server
