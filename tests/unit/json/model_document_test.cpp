#include <roomport/json/model_document.hpp>

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace roomport::json {
namespace {

TEST(ModelDocument, KnowsTheModelsByName) {
    const auto names = model_names();
    EXPECT_TRUE(std::ranges::is_sorted(names));
    for (const char* name : {"ConnectionInfoV2", "RoomConnectionData", "ProcessWithRooms"}) {
        EXPECT_EQ(std::ranges::count(names, std::string_view(name)), 1) << name;
    }
}

TEST(ModelDocument, RefusesAnUnknownName) {
    for (const char* name : {"", "connectionInfoV2", "ConnectionInfoV", "ConnectionInfoV22"}) {
        try {
            const model_document document(name);
            FAIL() << name;
        } catch (const boost::system::system_error& failure) {
            EXPECT_EQ(failure.code(), roomport::error::invalid_argument);
        }
    }
}

TEST(ModelDocument, WritesNothingThatWasNotReadToItsEnd) {
    model_document document("ApiError");
    EXPECT_FALSE(document.write(R"({"message":"x"})"));
    EXPECT_THROW(document.to_string(), std::logic_error);
    EXPECT_FALSE(document.finish());
    EXPECT_EQ(document.to_string(), R"({"message":"x"})");
}

} // namespace
} // namespace roomport::json
