#include "json/scalar.hpp"

#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace roomport::json::detail {
namespace {

template <class I>
bool store_integer(void* value, const decimal_number& number) noexcept {
    using limits = std::numeric_limits<I>;
    const auto integer = number.to_integer(limits::min(), limits::max());
    if (integer) {
        *static_cast<I*>(value) = static_cast<I>(*integer);
    }
    return integer.has_value();
}

bool store_double(void* value, const decimal_number& number) {
    const auto nearest = number.to_double();
    if (nearest) {
        *static_cast<double*>(value) = *nearest;
    }
    return nearest.has_value();
}

bool store_either(void* value, const decimal_number& number) {
    const auto nearest = number.to_double();
    if (nearest) {
        static_cast<text_or_number*>(value)->emplace<double>(*nearest);
    }
    return nearest.has_value();
}

bool store_time(void* value, std::string_view text) {
    const auto time = parse_timestamp(text);
    if (time) {
        *static_cast<timestamp*>(value) = *time;
    }
    return time.has_value();
}

} // namespace

std::string_view expectation(const value_type& type) noexcept {
    switch (type.kind) {
    case value_kind::boolean:
        return "true or false";
    case value_kind::int32:
        return "an integer from -2147483648 to 2147483647";
    case value_kind::int64:
        return "an integer of 64 bits";
    case value_kind::number:
        return "a number in the range of a double";
    case value_kind::date_time:
        return "a date and time like \"2026-01-02T03:04:05.678Z\"";
    case value_kind::either:
        return "a text or a number in the range of a double";
    case value_kind::object:
        return "an object";
    case value_kind::list:
        return "an array";
    case value_kind::text:
    case value_kind::choice:
        break;
    }
    return "a text";
}

bool takes_text(const value_type& type) noexcept {
    return type.kind == value_kind::text || type.kind == value_kind::choice ||
           type.kind == value_kind::date_time || type.kind == value_kind::either;
}

bool takes_number(const value_type& type) noexcept {
    return type.kind == value_kind::int32 || type.kind == value_kind::int64 ||
           type.kind == value_kind::number || type.kind == value_kind::either;
}

bool store_number(const value_type& type, void* slot, const decimal_number& number) {
    void* const value = type.engage(slot);
    switch (type.kind) {
    case value_kind::int32:
        return store_integer<std::int32_t>(value, number);
    case value_kind::int64:
        return store_integer<std::int64_t>(value, number);
    case value_kind::either:
        return store_either(value, number);
    default:
        return store_double(value, number);
    }
}

bool store_text(const value_type& type, void* slot, std::string_view text) {
    void* const value = type.engage(slot);
    if (type.kind == value_kind::date_time) {
        return store_time(value, text);
    }
    if (type.kind == value_kind::either) {
        static_cast<text_or_number*>(value)->emplace<std::string>(text);
        return true;
    }
    type.assign(value, text);
    return true;
}

} // namespace roomport::json::detail
