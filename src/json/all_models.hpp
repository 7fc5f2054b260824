#pragma once

#include <roomport/json/value_type.hpp>

#include <span>

namespace roomport::json::detail {

/// The tables of `roomport::all_models`, ordered by name.
std::span<const value_type* const> all_models() noexcept;

} // namespace roomport::json::detail
