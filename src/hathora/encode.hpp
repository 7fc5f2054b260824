#pragma once

#include "hathora/request_builder.hpp"

#include <roomport/hathora/operation.hpp>

#include <string_view>

namespace roomport::hathora {

/// The request of an operation as it goes over the wire, checked. Defined for the requests of `all_operations`.
/// @param app_id the app, which must itself be a valid id.
template <class Request>
encoded_request encode(const operation_description& what, const Request& request,
                       std::string_view app_id);

} // namespace roomport::hathora
