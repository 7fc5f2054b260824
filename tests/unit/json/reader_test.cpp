#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>

#include <roomport/model.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace roomport::json {
namespace {

constexpr std::string_view active =
    R"({"roomId":"r","status":"active","exposedPort":{"name":"default","host":"h","port":7777,)"
    R"("transportType":"udp"},"additionalExposedPorts":[]})";

connection_info_v2 active_model() {
    connection_info_v2 result;
    result.room_id = "r";
    result.status = room_ready_status::active;
    result.exposed_port.emplace();
    result.exposed_port->name = "default";
    result.exposed_port->host = "h";
    result.exposed_port->port = 7777;
    result.exposed_port->transport_type = transport_type::udp;
    return result;
}

TEST(Reader, TakesBytesInPieces) {
    reader<connection_info_v2> source;
    EXPECT_FALSE(source.write(active.substr(0, 50)));
    EXPECT_FALSE(source.write(""));
    EXPECT_FALSE(source.write(active.substr(50)));
    EXPECT_FALSE(source.finish());
    EXPECT_FALSE(source.finish());
    EXPECT_EQ(source.take(), active_model());
}

TEST(Reader, ADocumentMayBeNothingButAText) {
    for (const std::size_t split : {0U, 1U, 5U, 10U}) {
        reader<std::string> source;
        constexpr std::string_view text = " \"r\\u002D1\"\n";
        EXPECT_FALSE(source.write(text.substr(0, split)));
        EXPECT_FALSE(source.write(text.substr(split)));
        EXPECT_FALSE(source.finish());
        EXPECT_EQ(source.take(), "r-1");
    }
    EXPECT_EQ(to_string(std::string("a\"b")), R"("a\"b")");
}

TEST(Reader, ADocumentThatShouldBeATextIsNothingElse) {
    for (const std::string_view text : {"7", "null", "true", "[\"r\"]", R"({"roomId":"r"})"}) {
        EXPECT_EQ(read<std::string>(text).error(), roomport::errc::schema) << text;
    }
    for (const std::string_view text : {"", "r", "\"r", "\"r\" \"s\"", "\"\xFF\""}) {
        EXPECT_EQ(read<std::string>(text).error(), roomport::errc::parse) << text;
    }
}

TEST(Reader, AMemberMayBeATextOrANumber) {
    const auto read_creator = [](std::string value) {
        return read<lobby_v3>(
            R"({"appId":"a","roomId":"r","shortCode":"s","visibility":"local",)"
            R"("region":"Tokyo","createdAt":"2025-08-24T14:15:22Z","createdBy":)" +
            value + "}");
    };
    EXPECT_EQ(read_creator("\"x\"")->created_by, text_or_number("x"));
    EXPECT_EQ(read_creator("-1.5e1")->created_by, text_or_number(-15.0));
    for (const char* value : {"null", "true", "{}", "[]", "1e400"}) {
        EXPECT_EQ(read_creator(value).error(), roomport::errc::schema) << value;
    }
}

TEST(Reader, GivesNothingAwayBeforeTheDocumentIsComplete) {
    reader<connection_info_v2> source;
    EXPECT_THROW(source.take(), std::logic_error);
    source.write(active);
    EXPECT_THROW(source.take(), std::logic_error);
    source.write("x");
    source.finish();
    EXPECT_THROW(source.take(), std::logic_error);
}

TEST(Reader, RefusesBytesAfterTheDocumentWasFinished) {
    reader<connection_info_v2> source;
    source.write(active);
    source.finish();
    EXPECT_THROW(source.write(" "), std::logic_error);
}

TEST(Reader, StaysAtItsFirstError) {
    reader<connection_info_v2> source;
    EXPECT_TRUE(source.write("{]"));
    const read_error first = source.error();
    EXPECT_EQ(source.write(active), first.code);
    EXPECT_EQ(source.finish(), first.code);
    EXPECT_EQ(source.error(), first);
}

TEST(Reader, ReadsAnotherDocumentAfterTakeAndAfterReset) {
    reader<connection_info_v2> source;
    for (int round = 0; round < 3; ++round) {
        source.write(R"({"x":{"exposedPort":["\ud83d)");
        source.reset();
        source.write(R"({"x":[tru)");
        source.reset();
        EXPECT_FALSE(source.write(active));
        EXPECT_FALSE(source.finish());
        EXPECT_EQ(source.take(), active_model());
    }
}

TEST(Reader, LeavesNothingOfTheDocumentBefore) {
    reader<connection_info_v2> source;
    source.write(active);
    source.finish();
    source.take();
    source.write(R"({"roomId":"s","status":"starting","additionalExposedPorts":[]})");
    ASSERT_FALSE(source.finish());
    EXPECT_EQ(source.take().exposed_port, std::nullopt);
}

TEST(Reader, ReadsLists) {
    const auto list = read<std::vector<ping_endpoints>>(
        R"([{"region":"Tokyo","host":"a","port":443},{"region":"Paris","host":"b","port":1}])");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ((*list)[0].region, region::tokyo);
    EXPECT_EQ((*list)[1].region.text(), "Paris");
    EXPECT_TRUE(read<std::vector<ping_endpoints>>("[ ]")->empty());
}

TEST(Reader, NamesTheElementOfAListInThePath) {
    read_error details;
    const auto list = read<std::vector<api_error>>(R"([{"message":"x"},{"message":1}])", &details);
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error(), roomport::error::wrong_shape);
    EXPECT_EQ(details.path, "/1/message");
    EXPECT_EQ(details.offset, 28U);
    EXPECT_EQ(details.message(), "expected a text, found a number (at byte 28, in /1/message)");
}

TEST(Reader, HasNoErrorToTellAfterSuccess) {
    read_error details;
    details.reason = "old";
    ASSERT_TRUE(read<api_error>(R"({"message":"x"})", &details));
    EXPECT_EQ(details, read_error());
    EXPECT_EQ(details.message(), "");
}

TEST(Reader, TakesAbsentAndNullForNothingWhereEitherIsAllowed) {
    const auto absent =
        read<room_without_allocations>(R"({"appId":"a","roomId":"r","status":"active"})");
    const auto null = read<room_without_allocations>(
        R"({"appId":"a","roomId":"r","status":"active","roomConfig":null,"currentAllocation":null})");
    ASSERT_TRUE(absent);
    ASSERT_TRUE(null);
    EXPECT_EQ(*absent, *null);
    EXPECT_EQ(absent->room_config, std::nullopt);
    EXPECT_FALSE(absent->current_allocation.has_value());
}

TEST(Reader, TellsAnEmptyTextFromNothing) {
    const auto room = read<room_without_allocations>(
        R"({"appId":"a","roomId":"r","status":"active","roomConfig":""})");
    ASSERT_TRUE(room);
    EXPECT_EQ(room->room_config, "");
}

TEST(Reader, KeepsTheTextOfAnUnknownEnumValue) {
    const auto info =
        read<connection_info_v2>(R"({"roomId":"r","status":"Active","additionalExposedPorts":[]})");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->status.known(), std::nullopt);
    EXPECT_EQ(info->status.text(), "Active");
}

TEST(Reader, DecodesEscapesAndSurrogatePairs) {
    const auto result = read<api_error>(
        "{\"message\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\\uD83D\\uDE00\xF0\x9F\x98\x80\"}");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->message,
              "\"\\/\b\f\n\r\t\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
}

TEST(Reader, SkipsNamesAndTextsOfAnyLength) {
    const std::string large(3'000'000, 'x');
    const std::string text = "{\"" + large + "\":\"" + large + "\",\"message\":\"m\"}";
    EXPECT_EQ(read<api_error>(text)->message, "m");
}

TEST(Reader, DoesNotTakeALongNameForTheMemberItBeginsWith) {
    EXPECT_EQ(read<api_error>(R"({"messages":1,"messag":2,"message":"m"})")->message, "m");
}

TEST(Reader, SkippedMembersMayBeThereTwice) {
    EXPECT_TRUE(read<api_error>(R"({"a":1,"a":2,"message":"m","b":{"message":1,"message":2}})"));
}

TEST(Reader, ReadsATextOfExactlyTheDefaultLimit) {
    const std::string largest(std::size_t{1} << 20U, 'x');
    EXPECT_TRUE(read<api_error>(R"({"message":")" + largest + "\"}"));
    EXPECT_EQ(read<api_error>(R"({"message":")" + largest + "x\"}").error(),
              roomport::error::value_too_large);
}

} // namespace
} // namespace roomport::json
