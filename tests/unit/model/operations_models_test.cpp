#include "unit/model/contract.hpp"
#include "json/all_models.hpp"

#include <roomport/hathora/operations.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <tuple>

namespace roomport::json::detail {
namespace {

// The name of the model of a schema in the contract, which repeats some under a name for each use; empty: it is no model.
std::string_view model_of(std::string_view schema_name) {
    const auto& schema = contract_schemas().at(schema_name);
    if (!without_alternatives(schema.as_object()).contains("properties")) {
        return {};
    }
    for (const auto* type : all_models()) {
        const auto* own = contract_schemas().if_contains(type->model_name);
        if (type->model_name == schema_name || (own != nullptr && *own == schema)) {
            return type->model_name;
        }
    }
    ADD_FAILURE() << "there is no model " << schema_name;
    return {};
}

void add_models_within(const value_type& type, std::set<std::string_view>& found) {
    if (type.element != nullptr) {
        add_models_within(*type.element, found);
    }
    if (!type.model_name.empty()) {
        found.insert(type.model_name);
    }
    for (const auto& member : type.members) {
        add_models_within(*member.type, found);
    }
}

// The schemas of the JSON bodies in a request or a response.
void add_bodies(const data::value& message, std::set<std::string_view>& found) {
    const auto* content = message.as_object().if_contains("content");
    const auto* json =
        content != nullptr ? content->as_object().if_contains("application/json") : nullptr;
    if (json == nullptr) {
        return;
    }
    const auto& schema = json->at("schema").as_object();
    const auto* items = schema.if_contains("items");
    const auto name = referred_name(items != nullptr ? items->as_object() : schema);
    if (!name.empty()) {
        found.insert(name);
    }
}

TEST(Contract, TheModelsAreThoseOfTheOperations) {
    std::set<std::string_view> ids;
    std::apply([&](const auto&... each) { (ids.insert(each.id), ...); }, hathora::all_operations);
    std::set<std::string_view> schemas;
    for (const auto& path : whole_contract().at("paths").as_object()) {
        for (const auto& verb : path.value().as_object()) {
            const auto& operation = verb.value().as_object();
            if (!ids.contains(text_or_empty(operation, "operationId"))) {
                continue;
            }
            if (const auto* body = operation.if_contains("requestBody")) {
                add_bodies(*body, schemas);
            }
            for (const auto& response : operation.at("responses").as_object()) {
                add_bodies(response.value(), schemas);
            }
        }
    }
    // Any operation may be refused with it.
    std::set<std::string_view> wanted{"ApiError"};
    for (const auto schema : schemas) {
        const auto name = model_of(schema);
        for (const auto* type : all_models()) {
            if (type->model_name == name) {
                add_models_within(*type, wanted);
            }
        }
    }
    std::set<std::string_view> names;
    for (const auto* type : all_models()) {
        if (!type->model_name.starts_with("Roomport")) {
            names.insert(type->model_name);
        }
    }
    EXPECT_GT(schemas.size(), 10U);
    EXPECT_EQ(names, wanted);
}

} // namespace
} // namespace roomport::json::detail
