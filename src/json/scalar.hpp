#pragma once

#include "json/decimal_number.hpp"

#include <roomport/json/value_type.hpp>

#include <string_view>

namespace roomport::json::detail {

/// What a value of this type has to be, in words that follow "expected".
std::string_view expectation(const value_type& type) noexcept;

/// Whether values of this type are written as a text.
bool takes_text(const value_type& type) noexcept;

/// Whether values of this type are written as a number.
bool takes_number(const value_type& type) noexcept;

/// Puts a number into a slot of a type that takes one. Returns whether the type can hold it without loss (to the
/// nearest value, for a double).
bool store_number(const value_type& type, void* slot, const decimal_number& number);

/// Puts a text into a slot of a choice or a date. Returns whether the type can hold it.
bool store_text(const value_type& type, void* slot, std::string_view text);

} // namespace roomport::json::detail
