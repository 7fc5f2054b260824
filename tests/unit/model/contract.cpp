#include "unit/model/contract.hpp"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace roomport::json::detail {

const data::value& whole_contract() {
    static const data::value contract = [] {
        std::ifstream file(ROOMPORT_TEST_DATA_DIR "/hathora-openapi.json", std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        data::parse_options options;
        options.max_depth = 64;
        return data::parse(text, {}, options);
    }();
    return contract;
}

const data::object& contract_schemas() {
    return whole_contract().at("components").at("schemas").as_object();
}
std::string_view text_or_empty(const data::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr ? std::string_view(value->as_string()) : std::string_view();
}

std::string_view referred_name(const data::object& schema) {
    std::string_view reference = text_or_empty(schema, "$ref");
    if (const auto* all_of = schema.if_contains("allOf")) {
        reference = all_of->at(0).at("$ref").as_string();
    }
    constexpr std::string_view prefix = "#/components/schemas/";
    return reference.starts_with(prefix) ? reference.substr(prefix.size()) : std::string_view();
}

std::string_view base_type(const data::object& schema) {
    const std::string_view type = text_or_empty(schema, "type");
    const std::string_view format = text_or_empty(schema, "format");
    return format.empty() ? type : format;
}

const data::array* enum_values(const data::object& schema) {
    const auto name = referred_name(schema);
    const auto* values =
        name.empty() ? nullptr : contract_schemas().at(name).as_object().if_contains("enum");
    return values != nullptr ? &values->as_array() : nullptr;
}

data::object without_alternatives(const data::object& schema) {
    const auto* alternatives = schema.if_contains("oneOf");
    if (alternatives == nullptr) {
        return schema;
    }
    data::object properties;
    std::map<std::string, std::size_t> required;
    std::string types;
    for (const auto& each : alternatives->as_array()) {
        const auto name = referred_name(each.as_object());
        if (name.empty()) {
            types.append(types.empty() ? "" : " or ").append(base_type(each.as_object()));
            continue;
        }
        const auto& alternative = contract_schemas().at(name).as_object();
        for (const auto& required_name : alternative.at("required").as_array()) {
            ++required[std::string(required_name.as_string())];
        }
        for (const auto& property : alternative.at("properties").as_object()) {
            if (const auto* values = enum_values(property.value().as_object())) {
                auto& merged = properties[property.key()].is_null()
                                   ? properties[property.key()].emplace_object()
                                   : properties[property.key()].as_object();
                auto& texts = merged["enum"].is_null() ? merged["enum"].emplace_array()
                                                       : merged["enum"].as_array();
                texts.insert(texts.end(), values->begin(), values->end());
            } else {
                properties[property.key()] = property.value();
            }
        }
    }
    data::object result;
    if (!types.empty()) {
        result["type"] = types;
        return result;
    }
    auto& names = result["required"].emplace_array();
    for (const auto& [name, times] : required) {
        if (times == alternatives->as_array().size()) {
            names.emplace_back(name);
        }
    }
    result["properties"] = std::move(properties);
    return result;
}

} // namespace roomport::json::detail
