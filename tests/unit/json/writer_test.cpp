#include <roomport/json/object_writer.hpp>
#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>

#include <roomport/model.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace roomport::json {
namespace {

using namespace std::string_literals;

TEST(Writer, LeavesOutAnOptionalAndWritesANullable) {
    EXPECT_EQ(to_string(connection_info_v2()),
              R"({"roomId":"","status":"","additionalExposedPorts":[]})");
    EXPECT_EQ(to_string(room_allocation()),
              R"({"roomAllocationId":"","processId":"","scheduledAt":"1970-01-01T00:00:00.000Z",)"
              R"("unscheduledAt":null})");
}

TEST(Writer, WritesTheOverriddenName) {
    create_room_params params;
    params.region = region::sao_paulo;
    params.client_ips.emplace(1, "10.0.0.1");
    EXPECT_EQ(to_string(params), R"({"region":"Sao_Paulo","clientIPs":["10.0.0.1"]})");
}

TEST(Writer, WritesListsOfModels) {
    std::vector<api_error> list(2);
    list[1].message = "x";
    EXPECT_EQ(to_string(list), R"([{"message":""},{"message":"x"}])");
    EXPECT_EQ(to_string(std::vector<api_error>()), "[]");
}

TEST(Writer, AppendsToWhatIsThere) {
    std::string out = "data: ";
    append(out, update_room_config_params());
    EXPECT_EQ(out, R"(data: {"roomConfig":""})");
}

TEST(Writer, WritesNumbersThatReadBackTheSame) {
    processes_count count;
    for (const double value : {0.0, 12.0, 0.1, -2.5, 1e21, 1e300, 5e-324, 123456789.125}) {
        count.count = value;
        EXPECT_EQ(read<processes_count>(to_string(count))->count, value);
    }
    count.count = 34567;
    EXPECT_EQ(to_string(count), R"({"count":34567})");
    count.count = std::numeric_limits<double>::infinity();
    EXPECT_EQ(to_string(count), R"({"count":null})");
    count.count = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(to_string(count), R"({"count":null})");
}

TEST(Writer, EscapesWhatJsonAndATerminalCouldMistake) {
    EXPECT_EQ(quote("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(quote("\b\f\n\r\t\0\x1b\x7f"s), R"("\b\f\n\r\t\u0000\u001b\u007f")");
    EXPECT_EQ(quote("\xC2\x80\xC2\x9F\xC2\xA0"), "\"\\u0080\\u009f\xC2\xA0\"");
    EXPECT_EQ(quote("\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST(Writer, ReplacesBytesThatAreNotUtf8) {
    EXPECT_EQ(quote("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    EXPECT_EQ(quote("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_TRUE(is_utf8("a\xC3\xA4"));
    EXPECT_FALSE(is_utf8("a\xC3"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
}

TEST(Writer, EveryTextReadsBackTheSame) {
    api_error error;
    for (int byte = 0; byte < 128; ++byte) {
        error.message += static_cast<char>(byte);
    }
    error.message += "\xC2\x80\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    EXPECT_EQ(*read<api_error>(to_string(error)), error);
}

TEST(ObjectWriter, WritesMembersInTheOrderOfTheCalls) {
    exposed_port port;
    port.host = "h";
    object_writer object;
    object.member("roomId", "r\"1")
        .member("polls", 3)
        .member("bytes", std::uint64_t{18446744073709551615U})
        .member("least", std::numeric_limits<std::int64_t>::min())
        .member("elapsed", 0.5)
        .member("destroyed", true)
        .member("exposedPort", port)
        .member("all", std::vector<exposed_port>())
        .member("text", std::string("s"))
        .null("httpStatus")
        .raw("more", "[1]");
    EXPECT_EQ(object.to_string(),
              R"({"roomId":"r\"1","polls":3,"bytes":18446744073709551615,)"
              R"("least":-9223372036854775808,"elapsed":0.5,"destroyed":true,)"
              R"("exposedPort":{"name":"","host":"h","port":0,"transportType":""},"all":[],)"
              R"("text":"s","httpStatus":null,"more":[1]})");
}

TEST(ObjectWriter, CanBeEmpty) {
    EXPECT_EQ(object_writer().to_string(), "{}");
}

} // namespace
} // namespace roomport::json
