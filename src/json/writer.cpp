#include <roomport/json/writer.hpp>

#include "json/number_text.hpp"

#include <roomport/json/value_type.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>

#include <string>
#include <variant>

namespace roomport::json::detail {
namespace {

void append_slot(std::string& out, const value_type& type, const void* slot);

void append_object(std::string& out, const value_type& type, const void* object) {
    char separator = '{';
    for (const auto& member : type.members) {
        // Only the address is computed; nothing is changed through it.
        const void* slot = member.locate(const_cast<void*>(object));
        if (member.type->needed == presence::left_out && member.type->inspect(slot) == nullptr) {
            continue;
        }
        out += separator;
        separator = ',';
        out += '"';
        out += member.name();
        out += "\":";
        append_slot(out, *member.type, slot);
    }
    if (separator == '{') {
        out += separator;
    }
    out += '}';
}

void append_list(std::string& out, const value_type& type, const void* list) {
    out += '[';
    const std::size_t size = type.size(list);
    for (std::size_t index = 0; index < size; ++index) {
        if (index > 0) {
            out += ',';
        }
        append_slot(out, *type.element, type.at(list, index));
    }
    out += ']';
}

void append_either(std::string& out, const text_or_number& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        append_double(out, *number);
    } else {
        append_quoted(out, std::get<std::string>(value));
    }
}

void append_slot(std::string& out, const value_type& type, const void* slot) {
    const void* value = type.inspect(slot);
    if (value == nullptr) {
        out += "null";
        return;
    }
    switch (type.kind) {
    case value_kind::boolean:
        out += *static_cast<const bool*>(value) ? "true" : "false";
        break;
    case value_kind::int32:
        append_integer(out, *static_cast<const std::int32_t*>(value));
        break;
    case value_kind::int64:
        append_integer(out, *static_cast<const std::int64_t*>(value));
        break;
    case value_kind::number:
        append_double(out, *static_cast<const double*>(value));
        break;
    case value_kind::text:
        append_quoted(out, *static_cast<const std::string*>(value));
        break;
    case value_kind::date_time:
        append_quoted(out, format_timestamp(*static_cast<const timestamp*>(value)));
        break;
    case value_kind::choice:
        append_quoted(out, type.text(value));
        break;
    case value_kind::either:
        append_either(out, *static_cast<const text_or_number*>(value));
        break;
    case value_kind::object:
        append_object(out, type, value);
        break;
    case value_kind::list:
        append_list(out, type, value);
        break;
    }
}

} // namespace

void append_document(std::string& out, const value_type& type, const void* value) {
    append_slot(out, type, value);
}

} // namespace roomport::json::detail
