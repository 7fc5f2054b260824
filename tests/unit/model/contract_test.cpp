#include "unit/model/contract.hpp"
#include "json/all_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace roomport::json::detail {
namespace {

/// Where a model differs from the contract on purpose, as `differences` words it, and why.
const std::map<std::string, std::string>& deliberate_deviations() {
    static const std::string announced =
        "deprecated and announced for removal: may be missing when read, so it is optional";
    static const std::string alias =
        "the contract repeats the same schema under a name for each use";
    static const std::string egress =
        "a busy server passes the 2 GiB that the declared int32 can count";
    static const std::map<std::string, std::string> rows = [] {
        std::map<std::string, std::string> result{
            {"ProcessV2.exposedPort: is ExposedPort, contract says ProcessV2ExposedPort", alias},
            {"ProcessV3.exposedPort: is ExposedPort, contract says ProcessV3ExposedPort", alias},
            {"Room.currentAllocation: is RoomAllocation, contract says CurrentAllocation", alias},
            {"RoomWithoutAllocations.currentAllocation: is RoomAllocation, contract says "
             "RoomWithoutAllocationsCurrentAllocation",
             alias},
        };
        for (const std::string model : {"Process", "ProcessWithRooms"}) {
            for (const std::string member :
                 {"activeConnections", "activeConnectionsUpdatedAt", "host", "port",
                  "roomSlotsAvailable", "roomSlotsAvailableUpdatedAt"}) {
                result[model + "." + member + ": is optional, contract says required"] = announced;
            }
            result[model + ".egressedBytes: is int64, contract says int32"] = egress;
            result[model + ".exposedPort: is ExposedPort, contract says " + model + "ExposedPort"] =
                alias;
        }
        return result;
    }();
    return rows;
}

bool is_true(const data::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->as_bool();
}

std::string_view kind_name(const value_type& type) {
    switch (type.kind) {
    case value_kind::boolean:
        return "boolean";
    case value_kind::int32:
        return "int32";
    case value_kind::int64:
        return "int64";
    case value_kind::number:
        return "double";
    case value_kind::text:
        return "string";
    case value_kind::date_time:
        return "date-time";
    case value_kind::choice:
        return "enum";
    case value_kind::either:
        return "string or double";
    case value_kind::object:
        return "object";
    case value_kind::list:
        return "array";
    }
    return "";
}

class comparison {
public:
    comparison() = default;

    void compare_model(const std::string& where, const data::object& schema,
                       const value_type& type) {
        const auto& properties = schema.at("properties").as_object();
        std::set<std::string_view> required;
        for (const auto& name : schema.at("required").as_array()) {
            required.insert(name.as_string());
        }
        std::set<std::string_view> own;
        for (const auto& member : type.members) {
            const std::string place = where + "." + std::string(member.name());
            if (!own.insert(member.name()).second) {
                note(place, "there twice", "once");
            }
            const auto* property = properties.if_contains(member.name());
            if (property == nullptr) {
                note(place, "there", "nothing");
                continue;
            }
            compare_member(place, property->as_object(), member, required.contains(member.name()));
        }
        for (const auto& property : properties) {
            if (!own.contains(property.key())) {
                note(where + "." + std::string(property.key()), "missing", "it is there");
            }
        }
    }

    const std::set<std::string>& differences() const { return differences_; }

private:
    void note(const std::string& where, std::string_view ours, std::string_view theirs) {
        std::string line = where;
        line.append(": is ").append(ours).append(", contract says ").append(theirs);
        differences_.insert(line);
    }

    void compare_member(const std::string& where, const data::object& schema,
                        const member_type& member, bool required) {
        static constexpr std::string_view words[] = {"required", "optional", "nullable"};
        const bool nullable = is_true(schema, "nullable");
        const auto theirs = !required  ? presence::left_out
                            : nullable ? presence::null
                                       : presence::required;
        if (member.type->needed != theirs) {
            note(where, words[static_cast<std::size_t>(member.type->needed)],
                 words[static_cast<std::size_t>(theirs)]);
        }
        if (member.deprecated != is_true(schema, "deprecated")) {
            note(where, member.deprecated ? "deprecated" : "not deprecated", "otherwise");
        }
        compare_value(where, schema, *member.type);
    }

    void compare_value(const std::string& where, const data::object& schema,
                       const value_type& type) {
        if (const auto* values = schema.if_contains("enum")) {
            compare_texts(where, values->as_array(), type);
            return;
        }
        const std::string_view name = referred_name(schema);
        if (!name.empty()) {
            compare_reference(where, name, type);
            return;
        }
        if (base_type(schema) != kind_name(type)) {
            note(where, kind_name(type), base_type(schema));
        } else if (type.kind == value_kind::list) {
            compare_value(where + "[]", schema.at("items").as_object(), *type.element);
        }
    }

    void compare_reference(const std::string& where, std::string_view name,
                           const value_type& type) {
        const auto referred = without_alternatives(contract_schemas().at(name).as_object());
        if (const auto* values = referred.if_contains("enum")) {
            compare_texts(where, values->as_array(), type);
        } else if (!referred.contains("properties")) {
            if (kind_name(type) != base_type(referred)) {
                note(where, kind_name(type), base_type(referred));
            }
        } else if (type.kind != value_kind::object) {
            note(where, kind_name(type), name);
        } else if (type.model_name != name) {
            note(where, type.model_name, name);
            compare_model(where, referred, type);
        }
    }

    void compare_texts(const std::string& where, const data::array& values,
                       const value_type& type) {
        std::set<std::string_view> theirs;
        for (const auto& value : values) {
            theirs.insert(value.as_string());
        }
        const std::set<std::string_view> ours(type.texts.begin(), type.texts.end());
        if (type.kind != value_kind::choice || ours != theirs) {
            note(where, "another enum", "these values");
        }
    }

    std::set<std::string> differences_;
};

std::set<std::string> all_differences() {
    comparison result;
    for (const auto* type : all_models()) {
        const auto* schema = contract_schemas().if_contains(type->model_name);
        // Extensions of the API say so by their name.
        EXPECT_EQ(schema == nullptr, type->model_name.starts_with("Roomport")) << type->model_name;
        if (schema == nullptr) {
            continue;
        }
        result.compare_model(std::string(type->model_name),
                             without_alternatives(schema->as_object()), *type);
    }
    return result.differences();
}

TEST(Contract, EveryModelIsAsTheContractSaysOrItsDeviationHasAReason) {
    for (const auto& difference : all_differences()) {
        EXPECT_TRUE(deliberate_deviations().contains(difference)) << difference;
    }
}

TEST(Contract, EveryDeliberateDeviationIsOne) {
    const auto found = all_differences();
    for (const auto& [difference, reason] : deliberate_deviations()) {
        EXPECT_TRUE(found.contains(difference)) << "unused row: " << difference;
        EXPECT_FALSE(reason.empty()) << difference;
    }
}

TEST(Contract, ProcessWithRoomsHasItsTwentyFourMembersSevenOfThemDeprecated) {
    for (const auto* type : all_models()) {
        if (type->model_name == "ProcessWithRooms") {
            EXPECT_EQ(type->members.size(), 24U);
            EXPECT_EQ(std::ranges::count(type->members, true, &member_type::deprecated), 7);
            return;
        }
    }
    FAIL() << "no such model";
}

TEST(Contract, AModelWithAlternativesTakesWhatAnyOfThemTakes) {
    const auto merged = without_alternatives(contract_schemas().at("ConnectionInfo").as_object());
    EXPECT_EQ(merged.at("required"), data::parse(R"(["roomId","status"])"));
    const auto& properties = merged.at("properties").as_object();
    EXPECT_EQ(properties.size(), 5U);
    EXPECT_EQ(properties.at("status"), data::parse(R"({"enum":["active","starting"]})"));
    EXPECT_EQ(
        base_type(without_alternatives(contract_schemas().at("LobbyV3CreatedBy").as_object())),
        "string or double");
}

TEST(Contract, ADifferenceIsNoticed) {
    const auto schema = data::parse(R"({
        "required": ["host", "name", "port", "transportType", "more"],
        "properties": {
            "host": {"type": "string", "nullable": true},
            "name": {"type": "string", "deprecated": true},
            "port": {"type": "number", "format": "double"},
            "transportType": {"$ref": "#/components/schemas/Region"},
            "more": {"type": "string"}
        }})");
    for (const auto* type : all_models()) {
        if (type->model_name == "ExposedPort") {
            comparison result;
            result.compare_model("X", schema.as_object(), *type);
            EXPECT_THAT(result.differences(),
                        testing::ElementsAre("X.host: is required, contract says nullable",
                                             "X.more: is missing, contract says it is there",
                                             "X.name: is not deprecated, contract says otherwise",
                                             "X.port: is int32, contract says double",
                                             "X.transportType: is another enum, contract says "
                                             "these values"));
        }
    }
}

} // namespace
} // namespace roomport::json::detail
