#include "unit/json/pieces.hpp"
#include "unit/json/sample_documents.hpp"

#include <boost/json.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace roomport::json {
namespace {

boost::json::value contract() {
    std::ifstream file(ROOMPORT_TEST_DATA_DIR "/hathora-openapi.json", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::json::parse_options options;
    options.max_depth = 64;
    return boost::json::parse(text, {}, options);
}

TEST(Documents, AreWrittenInTheModelsOrder) {
    for (const auto& sample : sample_documents) {
        const reading result = read_whole(sample.model, sample.text);
        EXPECT_FALSE(result.error.code) << sample.model << ": " << result.error;
        EXPECT_EQ(result.canonical, sample.canonical);
    }
}

TEST(Documents, WrittenOnesReadBackAsTheSame) {
    for (const auto& sample : sample_documents) {
        const reading result = read_whole(sample.model, sample.canonical);
        EXPECT_FALSE(result.error.code) << sample.model << ": " << result.error;
        EXPECT_EQ(result.canonical, sample.canonical);
    }
}

TEST(Documents, AreTheSameOneByteAtATimeAndCutInTwoAnywhere) {
    for (const auto& sample : sample_documents) {
        const reading whole = read_whole(sample.model, sample.text);
        EXPECT_EQ(read_bytewise(sample.model, sample.text), whole);
        for (std::size_t cut = 0; cut <= sample.text.size(); ++cut) {
            ASSERT_EQ(read_cut_at(sample.model, sample.text, {cut}), whole) << "cut at " << cut;
        }
    }
}

TEST(Documents, EndTooEarlyWhereverTheyAreTruncated) {
    for (const auto& sample : sample_documents) {
        const std::size_t end = sample.text.find_last_of('}');
        for (std::size_t length = 0; length <= end; ++length) {
            const std::string_view text = sample.text.substr(0, length);
            const reading result = read_whole(sample.model, text);
            ASSERT_EQ(result.error.code, roomport::error::not_json) << text;
            ASSERT_EQ(result.error.offset, length);
            ASSERT_EQ(read_bytewise(sample.model, text), result);
        }
    }
}

TEST(Documents, ThereIsASampleOfEveryModelButThoseInsideOthers) {
    std::set<std::string_view> sampled{"ExposedPort", "RoomAllocation"};
    for (const auto& sample : sample_documents) {
        sampled.insert(sample.model);
    }
    for (const auto name : model_names()) {
        EXPECT_TRUE(sampled.contains(name)) << name;
    }
}

TEST(Documents, TheContractsOwnExamplesAreReadAndWrittenBack) {
    const auto description = contract();
    const auto& schemas = description.at("components").at("schemas").as_object();
    std::size_t examples = 0;
    for (const auto name : model_names()) {
        // An extension of the API has no schema.
        const auto* schema = schemas.if_contains(name);
        const auto* example =
            schema != nullptr ? schema->as_object().if_contains("example") : nullptr;
        if (example == nullptr) {
            continue;
        }
        ++examples;
        const std::string text = boost::json::serialize(*example);
        const reading result = read_whole(name, text);
        ASSERT_FALSE(result.error.code) << name << ": " << result.error;
        EXPECT_EQ(read_bytewise(name, text), result);
        EXPECT_EQ(boost::json::parse(result.canonical), *example) << name;
    }
    EXPECT_GE(examples, 6U);
}

} // namespace
} // namespace roomport::json
