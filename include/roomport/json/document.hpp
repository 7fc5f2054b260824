#pragma once

#include <roomport/export.hpp>
#include <roomport/model/model_traits.hpp>

#include <string>
#include <vector>

namespace roomport::json {

namespace detail {

struct value_type;

template <class T>
inline constexpr bool is_document = described_model<T>;

template <class T>
inline constexpr bool is_document<std::vector<T>> = described_model<T>;

template <>
inline constexpr bool is_document<std::string> = true;

/// The table that reader and writer work from; made from the model's description inside the
/// library.
template <class T>
ROOMPORT_EXPORT const value_type& document_type() noexcept;

} // namespace detail

/// What can be read and written: a model of the API, a `std::vector` of one, or a `std::string` for a document that is
/// nothing but a text.
template <class T>
concept document = detail::is_document<T>;

} // namespace roomport::json
