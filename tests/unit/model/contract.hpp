#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace roomport::json::detail {

namespace data = boost::json;

/// The API's description.
const data::value& whole_contract();

/// Its schemas by name.
const data::object& contract_schemas();

/// A text of an object; empty where it has none of that name.
std::string_view text_or_empty(const data::object& object, std::string_view name);

/// The name of the schema that one refers to; empty where it stands for itself.
std::string_view referred_name(const data::object& schema);

/// The type of a plain value, its format where it has one.
std::string_view base_type(const data::object& schema);

/// The values of the enum that a schema refers to; null where it refers to none.
const data::array* enum_values(const data::object& schema);

/// One schema that takes what any of several takes: members that some alternatives lack are not required, an enum has the
/// values of all of them, and the types of plain values are listed.
data::object without_alternatives(const data::object& schema);

} // namespace roomport::json::detail
