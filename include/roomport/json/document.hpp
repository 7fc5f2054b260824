#pragma once

#include <roomport/json/make_value_type.hpp>
#include <roomport/model/model_traits.hpp>

#include <string>
#include <vector>

namespace roomport::json {

namespace detail {

template <class T>
inline constexpr bool is_document = described_model<T>;

template <class T>
inline constexpr bool is_document<std::vector<T>> = described_model<T>;

template <>
inline constexpr bool is_document<std::string> = true;

} // namespace detail

/// What can be read and written: a model of the API or one of your own (see @ref roomport::model_traits), a
/// `std::vector` of one, or a `std::string` for a document that is nothing but a text.
template <class T>
concept document = detail::is_document<T>;

} // namespace roomport::json
