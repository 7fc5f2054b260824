#include <roomport/hathora/operations.hpp>
#include <roomport/model/wire_name.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/json/parse.hpp>
#include <boost/mp11/algorithm.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace roomport::hathora {
namespace {

namespace json = boost::json;

const json::object& contract() {
    static const json::value document = [] {
        std::ifstream file(ROOMPORT_TEST_DATA_DIR "/hathora-openapi.json");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        return json::parse(text);
    }();
    return document.as_object();
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

// The contract's description of an operation, found by the verb and the path that this library uses.
const json::object* find(const operation_description& what) {
    const auto* path = contract().at("paths").as_object().if_contains(what.path);
    if (path == nullptr) {
        return nullptr;
    }
    const auto* verb = path->as_object().if_contains(lower(http::to_string(what.verb)));
    return verb != nullptr ? &verb->as_object() : nullptr;
}

// Extensions of the API say so by their id.
bool is_extension(const operation_description& what) {
    return what.id.starts_with("Roomport");
}

// Calls `check` with each operation that the contract has to know.
template <class F>
void for_each_operation(F check) {
    const auto check_one = [&](const auto& operation) {
        if (!is_extension(operation)) {
            check(operation);
        }
    };
    std::apply([&](const auto&... each) { (check_one(each), ...); }, all_operations);
}

template <class T>
struct model_name {
    static std::string of() { return std::string(model_traits<T>::name); }
    static constexpr bool is_list = false;
};

template <>
struct model_name<std::string> {
    static std::string of() { return "string"; }
    static constexpr bool is_list = false;
};

template <class T>
struct model_name<std::vector<T>> {
    static std::string of() { return std::string(model_traits<T>::name); }
    static constexpr bool is_list = true;
};

// Schemas that the contract repeats under a name for each use: the name, and that of the same model here.
const std::map<std::string, std::string>& repeated_schemas() {
    static const std::map<std::string, std::string> table{
        {"GetProcessesCountExperimentalV2DeprecatedResponseBody",
         "GetProcessesCountExperimentalResponseBody"},
    };
    return table;
}

// The model or the plain type that a schema is.
std::string reference(const json::value& schema) {
    const auto* link = schema.as_object().if_contains("$ref");
    if (link == nullptr) {
        return std::string(schema.as_object().at("type").as_string());
    }
    const std::string text(link->as_string());
    const auto name = text.substr(text.rfind('/') + 1);
    const auto known = repeated_schemas().find(name);
    return known == repeated_schemas().end() ? name : known->second;
}

TEST(OperationsContract, VerbPathAndIdAreTheContracts) {
    for_each_operation([](const auto& operation) {
        const auto* known = find(operation);
        ASSERT_NE(known, nullptr) << operation.id;
        EXPECT_EQ(known->at("operationId").as_string(), operation.id);
    });
}

TEST(OperationsContract, AnExtensionLooksLikeNothingOfTheContract) {
    std::size_t count = 0;
    const auto check_one = [&](const operation_description& operation) {
        if (is_extension(operation)) {
            ++count;
            EXPECT_EQ(find(operation), nullptr) << operation.id;
            EXPECT_TRUE(operation.path.starts_with("/roomport/")) << operation.id;
        }
    };
    std::apply([&](const auto&... each) { (check_one(each), ...); }, all_operations);
    EXPECT_GT(count, 0U);
}

TEST(OperationsContract, ARepeatedSchemaIsTheSame) {
    const auto& schemas = contract().at("components").as_object().at("schemas").as_object();
    for (const auto& [name, same] : repeated_schemas()) {
        EXPECT_EQ(schemas.at(name), schemas.at(same)) << name;
    }
}

authentication wanted_authentication(const json::object& described) {
    const auto& schemes = described.at("security").as_array();
    if (schemes.empty()) {
        return authentication::none;
    }
    return schemes.front().as_object().contains("playerAuth") ? authentication::player
                                                              : authentication::token;
}

TEST(OperationsContract, ATokenIsSentExactlyWhereTheContractAsksForOne) {
    for_each_operation([](const auto& operation) {
        EXPECT_EQ(operation.auth, wanted_authentication(*find(operation))) << operation.id;
    });
}

TEST(OperationsContract, TheSuccessStatusIsTheContracts) {
    for_each_operation([](const auto& operation) {
        const auto& responses = find(operation)->at("responses").as_object();
        EXPECT_TRUE(responses.contains(std::to_string(operation.success_status))) << operation.id;
    });
}

TEST(OperationsContract, ResponsesAreTheContractsModels) {
    for_each_operation([](const auto& operation) {
        using response = typename std::decay_t<decltype(operation)>::response_type;
        const auto& success = find(operation)
                                  ->at("responses")
                                  .as_object()
                                  .at(std::to_string(operation.success_status))
                                  .as_object();
        if constexpr (std::is_same_v<response, no_content>) {
            EXPECT_FALSE(success.contains("content")) << operation.id;
        } else {
            const auto& schema =
                success.at("content").as_object().at("application/json").as_object().at("schema");
            const bool is_list = schema.as_object().contains("items");
            EXPECT_EQ(is_list, model_name<response>::is_list) << operation.id;
            EXPECT_EQ(reference(is_list ? schema.as_object().at("items") : schema),
                      model_name<response>::of())
                << operation.id;
            EXPECT_EQ(operation.size == response_size::list, is_list) << operation.id;
        }
    });
}

TEST(OperationsContract, ParametersAndBodyAreTheContracts) {
    for_each_operation([](const auto& operation) {
        using request = typename std::decay_t<decltype(operation)>::request_type;
        const auto* known = find(operation);
        std::set<std::string> expected;
        if (const auto* parameters = known->if_contains("parameters")) {
            for (const auto& each : parameters->as_array()) {
                expected.emplace(each.as_object().at("name").as_string());
            }
        }
        expected.erase("appId"); // filled by the client
        const auto* body = known->if_contains("requestBody");
        if (body != nullptr && !body->is_null()) {
            expected.insert("body");
        }

        std::set<std::string> ours;
        using members = boost::describe::describe_members<request, boost::describe::mod_public>;
        bool has_player_token = false;
        boost::mp11::mp_for_each<members>([&](auto member) {
            using value = std::remove_cvref_t<decltype(std::declval<request&>().*member.pointer)>;
            if constexpr (std::is_same_v<value, secret>) {
                has_player_token = true;
            } else {
                ours.insert(wire_name(member.name));
            }
        });
        EXPECT_EQ(ours, expected) << operation.id;
        EXPECT_EQ(has_player_token, operation.auth == authentication::player) << operation.id;
    });
}

TEST(OperationsContract, OnlyCreationsMayNotBeSentTwice) {
    for_each_operation([](const auto& operation) {
        EXPECT_EQ(operation.repeatable, operation.success_status != 201) << operation.id;
    });
}

} // namespace
} // namespace roomport::hathora
