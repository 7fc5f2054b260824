#include "allocation/derived_names.hpp"

#include <gtest/gtest.h>

namespace roomport::allocation {
namespace {

intent example_intent() {
    intent what;
    what.owner = "eu-prod";
    what.app_id = "app";
    what.room_id = "room1";
    what.generation = 1;
    return what;
}

// Computed apart, with sha256sum and base32: printf 'eu-prod\0app\0room1\0''1' | sha256sum
TEST(DerivedNames, AreTheDocumentedBitsOfTheDigest) {
    EXPECT_EQ(intent_tag(example_intent()), "rp-ld7d54dyzpuhcij64ljv4femxo");
    EXPECT_EQ(intent_uuid(example_intent()), "58fe3ef0-78cb-8871-a13e-e2d35e148cbb");
    EXPECT_EQ(owner_tag("eu-prod"), "rpo-eu-prod");
}

TEST(DerivedNames, DifferWithEachPart) {
    const auto tag = intent_tag(example_intent());
    auto other = example_intent();
    other.generation = 2;
    EXPECT_NE(intent_tag(other), tag);
    other = example_intent();
    other.app_id = "ap";
    other.room_id = "proom1";
    EXPECT_NE(intent_tag(other), tag);
    other = example_intent();
    other.region = "Frankfurt";
    other.config = "{}";
    EXPECT_EQ(intent_tag(other), tag);
}

} // namespace
} // namespace roomport::allocation
