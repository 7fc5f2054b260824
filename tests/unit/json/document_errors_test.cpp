#include "unit/json/pieces.hpp"

#include <gtest/gtest.h>

#include <string>

namespace roomport::json {
namespace {

struct broken_document {
    const char* model;
    std::string text;
    roomport::error code;
    std::uint64_t offset;
    const char* path;
    const char* reason;
};

void expect_error(const broken_document& row) {
    const reading whole = read_whole(row.model, row.text);
    EXPECT_EQ(whole.error.code, row.code) << row.text;
    EXPECT_EQ(whole.error.offset, row.offset) << row.text;
    EXPECT_EQ(whole.error.path, row.path) << row.text;
    EXPECT_EQ(whole.error.reason, row.reason) << row.text;
    EXPECT_EQ(read_bytewise(row.model, row.text), whole) << row.text;
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
        ASSERT_EQ(read_cut_at(row.model, row.text, {cut}), whole) << row.text << " at " << cut;
    }
}

constexpr auto not_json = roomport::error::not_json;
constexpr auto wrong_shape = roomport::error::wrong_shape;

TEST(DocumentErrors, WhatIsNotJson) {
    using namespace std::string_literals;
    const broken_document rows[] = {
        {"ApiError", "", not_json, 0, "", "the document is empty"},
        {"ApiError", " \n", not_json, 2, "", "the document ends too early"},
        {"ApiError", "\xEF\xBB\xBF{}", not_json, 0, "", "a byte order mark is not allowed"},
        {"ApiError", "\xFE\xFF\0{"s, not_json, 0, "", "expected a value"},
        {"ApiError", "{\0}\0"s, not_json, 1, "", "expected a member's name in quotation marks"},
        {"ApiError", "/* x */{}", not_json, 0, "", "expected a value"},
        {"ApiError", R"({"message":"x",})", not_json, 15, "",
         "expected a member's name in quotation marks"},
        {"ApiError", R"({,"message":"x"})", not_json, 1, "",
         "expected a member's name in quotation marks"},
        {"ApiError", R"({"message" "x"})", not_json, 11, "/message",
         "expected a colon after the member's name"},
        {"ApiError", R"({"message":})", not_json, 11, "/message", "expected a value"},
        {"ApiError", R"({"message":"x" "a":1})", not_json, 15, "",
         "expected a comma or the end of the object"},
        {"ApiError", R"({"message":"x"]})", not_json, 14, "",
         "expected a comma or the end of the object"},
        {"ApiError", R"({"a":[1,2})", not_json, 9, "/a",
         "expected a comma or the end of the array"},
        {"ApiError", R"({"a":[1,]})", not_json, 8, "/a", "expected a value"},
        {"ApiError", R"({"a":[1 2]})", not_json, 8, "/a",
         "expected a comma or the end of the array"},
        {"ApiError", R"({'message':'x'})", not_json, 1, "",
         "expected a member's name in quotation marks"},
        {"ApiError", R"({"a":nul1})", not_json, 8, "/a", "expected true, false or null"},
        {"ApiError", R"({"a":True})", not_json, 5, "/a", "expected a value"},
        {"ApiError", R"({"a":NaN})", not_json, 5, "/a", "expected a value"},
        {"ApiError", R"({"message":nulx})", not_json, 14, "/message",
         "expected true, false or null"},
        {"ApiError", R"({"message":"x"} x)", not_json, 16, "",
         "expected nothing after the end of the document"},
        {"ApiError", R"({"message":"x"}{"message":"y"})", not_json, 15, "",
         "expected nothing after the end of the document"},
        {"ApiError", "{\"message\":\"x\"}\0"s, not_json, 15, "",
         "expected nothing after the end of the document"},
    };
    for (const auto& row : rows) {
        expect_error(row);
    }
}

TEST(DocumentErrors, NumbersThatAreNotJson) {
    for (const auto& [number, offset, reason] :
         {std::tuple{"01", 6U, "expected a comma or the end of the object"},
          {"+1", 5U, "expected a value"},
          {"-", 6U, "expected a digit"},
          {"-x", 6U, "expected a digit"},
          {".5", 5U, "expected a value"},
          {"1.", 7U, "expected a digit"},
          {"1.e5", 7U, "expected a digit"},
          {"1e", 7U, "expected a digit"},
          {"1e+", 8U, "expected a digit"},
          {"1e+-2", 8U, "expected a digit"},
          {"0x10", 6U, "expected a comma or the end of the object"},
          {"1_000", 6U, "expected a comma or the end of the object"},
          {"-Infinity", 6U, "expected a digit"}}) {
        expect_error({"ApiError", std::string(R"({"a":)") + number + "}", not_json, offset,
                      std::string_view(reason).starts_with("expected a comma") ? "" : "/a",
                      reason});
    }
}

TEST(DocumentErrors, TextsThatAreNotJson) {
    using namespace std::string_literals;
    const char* const utf8 = "the text is not valid UTF-8";
    const char* const half = "half of a surrogate pair stands alone";
    const char* const control = "a control character in a text must be escaped";
    const char* const digits = "expected four hexadecimal digits";
    const std::tuple<std::string, std::uint64_t, const char*> rows[] = {
        {"a\nb", 1, control},
        {"\0"s, 0, control},
        {"\x1F", 0, control},
        {"\\x", 1, "unknown escape sequence"},
        {"\\u12G4", 4, digits},
        {"\\u123\"", 5, digits},
        {"\\ud800", 6, half},
        {"\\ud800x", 6, half},
        {"\\ud800\\n", 7, half},
        {"\\ud800\\u0041", 8, half},
        {"\\ud800\\ud800", 9, half},
        {"\\udc00", 3, half},
        {"\x80", 0, utf8},
        {"\xC3", 1, utf8},
        {"\xC3(", 1, utf8},
        {"\xC0\xAF", 0, utf8},
        {"\xE0\x80\xAF", 1, utf8},
        {"\xED\xA0\x80", 1, utf8},
        {"\xF0\x80\x80\xAF", 1, utf8},
        {"\xF4\x90\x80\x80", 1, utf8},
        {"\xF5\x80\x80\x80", 0, utf8},
        {"\xE2\x82\\n", 2, utf8},
        {"\xFF", 0, utf8},
    };
    for (const auto& [text, offset, reason] : rows) {
        expect_error({"ApiError", "{\"message\":\"" + text + "\"}", not_json, 12 + offset,
                      "/message", reason});
        expect_error({"ApiError", "{\"skipped\":\"" + text + "\"}", not_json, 12 + offset,
                      "/skipped", reason});
        expect_error({"ApiError", "{\"" + text + "\":1}", not_json, 2 + offset, "", reason});
    }
}

TEST(DocumentErrors, WrongShapes) {
    const char* const missing = "a required member is missing";
    const broken_document rows[] = {
        {"ApiError", "[]", wrong_shape, 0, "", "expected an object, found an array"},
        {"ApiError", " 12 ", wrong_shape, 1, "", "expected an object, found a number"},
        {"ApiError", "12", wrong_shape, 0, "", "expected an object, found a number"},
        {"ApiError", "null", wrong_shape, 0, "", "expected an object, found null"},
        {"ApiError", "\"x\"", wrong_shape, 0, "", "expected an object, found a text"},
        {"ApiError", "{}", wrong_shape, 1, "/message", missing},
        {"ApiError", R"({"Message":"x"})", wrong_shape, 14, "/message", missing},
        {"ApiError", R"({"message":null})", wrong_shape, 11, "/message",
         "expected a text, found null"},
        {"ApiError", R"({"message":7})", wrong_shape, 11, "/message",
         "expected a text, found a number"},
        {"ApiError", R"({"message":["x"]})", wrong_shape, 11, "/message",
         "expected a text, found an array"},
        {"ApiError", R"({"message":{}})", wrong_shape, 11, "/message",
         "expected a text, found an object"},
        {"ApiError", R"({"message":"x","m\u0065ssage":"x"})", wrong_shape, 15, "/message",
         "the member is there twice"},
        {"ConnectionInfoV2", R"({"roomId":"r","status":"starting"})", wrong_shape, 33,
         "/additionalExposedPorts", missing},
        {"ConnectionInfoV2", R"({"additionalExposedPorts":null})", wrong_shape, 26,
         "/additionalExposedPorts", "expected an array, found null"},
        {"ConnectionInfoV2", R"({"additionalExposedPorts":[null]})", wrong_shape, 27,
         "/additionalExposedPorts/0", "expected an object, found null"},
        {"ConnectionInfoV2", R"({"additionalExposedPorts":{}})", wrong_shape, 26,
         "/additionalExposedPorts", "expected an array, found an object"},
        {"ConnectionInfoV2", R"({"exposedPort":{"name":"a","host":"h","transportType":"udp"}})",
         wrong_shape, 59, "/exposedPort/port", missing},
        {"ConnectionInfoV2", R"({"exposedPort":null,"exposedPort":null})", wrong_shape, 20,
         "/exposedPort", "the member is there twice"},
        {"ConnectionInfoV2", R"({"status":true})", wrong_shape, 10, "/status",
         "expected a text, found true"},
        {"ProcessWithRooms", R"({"draining":0})", wrong_shape, 12, "/draining",
         "expected true or false, found a number"},
        {"ProcessWithRooms", R"({"draining":"true"})", wrong_shape, 12, "/draining",
         "expected true or false, found a text"},
        {"ProcessWithRooms", R"({"startingAt":"yesterday"})", wrong_shape, 14, "/startingAt",
         "expected a date and time like \"2026-01-02T03:04:05.678Z\", found another text"},
        {"ProcessWithRooms", R"({"rooms":[{"currentAllocation":{"scheduledAt":12}}]})", wrong_shape,
         46, "/rooms/0/currentAllocation/scheduledAt",
         "expected a date and time like \"2026-01-02T03:04:05.678Z\", found a number"},
        {"CreateRoomParams", R"({"clientIPs":["1.2.3.4",7]})", wrong_shape, 24, "/clientIPs/1",
         "expected a text, found a number"},
    };
    for (const auto& row : rows) {
        expect_error(row);
    }
}

TEST(DocumentErrors, TheElementIsNamedInThePath) {
    const std::string port = R"({"name":"a","host":"h","port":1,"transportType":"udp"})";
    const std::string text =
        R"({"additionalExposedPorts":[)" + port + "," + port + R"(,{"name":"a","port":"1"}]})";
    expect_error({"ConnectionInfoV2", text, wrong_shape, text.find("\"1\""),
                  "/additionalExposedPorts/2/port",
                  "expected an integer from -2147483648 to 2147483647, found a text"});
}

TEST(DocumentErrors, ThePathEscapesNamesAndHidesControlCharacters) {
    expect_error({"ApiError", R"({"a/b~c\u001b[31m\u0085":x})", not_json, 25, "/a~1b~0c?[31m?",
                  "expected a value"});
}

TEST(DocumentErrors, ThePathCutsLongNames) {
    const std::string name(500, 'n');
    expect_error({"ApiError", "{\"" + name + "\":[x]}", not_json, 505,
                  ("/" + std::string(128, 'n') + "...").c_str(), "expected a value"});
}

TEST(DocumentErrors, NestingIsLimitedInSkippedMembersToo) {
    const std::string inside = R"({"message":"x","a":)";
    const auto nested = [&inside](std::size_t arrays) {
        return inside + std::string(arrays, '[') + std::string(arrays, ']') + "}";
    };
    EXPECT_FALSE(read_whole("ApiError", nested(31)).error.code);
    std::string path = "/a";
    for (int level = 1; level <= 30; ++level) {
        path += "/0";
    }
    const reading result = read_whole("ApiError", nested(32));
    EXPECT_EQ(result.error.code, not_json);
    EXPECT_EQ(result.error.offset, inside.size() + 31);
    EXPECT_EQ(result.error.reason, "objects and arrays are nested too deeply");
    EXPECT_EQ(result.error.path, path);
    EXPECT_EQ(read_bytewise("ApiError", nested(32)), result);
}

TEST(DocumentErrors, MalformedTextBeatsALaterMistakeAndTheOtherWayRound) {
    EXPECT_EQ(read_whole("ApiError", R"({"message":7,)").error.code, wrong_shape);
    EXPECT_EQ(read_whole("ApiError", R"({"a":x,"message":7})").error.code, not_json);
}

TEST(DocumentErrors, ValuesBeyondALimit) {
    read_limits limits;
    limits.text_bytes = 4;
    const std::string fits = R"({"message":"ab\u00e4","skipped":"much longer text"})";
    EXPECT_FALSE(read_whole("ApiError", fits, limits).error.code);
    const std::string beyond = R"({"message":"abc\u00e4"})";
    const reading result = read_whole("ApiError", beyond, limits);
    EXPECT_EQ(result.error.code, roomport::error::value_too_large);
    EXPECT_TRUE(result.error.code == errc::limit);
    EXPECT_EQ(result.error.offset, 11U);
    EXPECT_EQ(result.error.path, "/message");
    EXPECT_EQ(read_bytewise("ApiError", beyond, limits), result);
}

TEST(DocumentErrors, ListsBeyondTheirLimit) {
    read_limits limits;
    limits.list_elements = 2;
    const std::string two = R"({"region":"x","clientIPs":["",""],"skipped":[1,2,3]})";
    EXPECT_FALSE(read_whole("CreateRoomParams", two, limits).error.code);
    const std::string three = R"({"region":"x","clientIPs":["","",""]})";
    const reading result = read_whole("CreateRoomParams", three, limits);
    EXPECT_EQ(result.error.code, roomport::error::value_too_large);
    EXPECT_EQ(result.error.offset, 33U);
    EXPECT_EQ(result.error.path, "/clientIPs/2");
    EXPECT_EQ(read_bytewise("CreateRoomParams", three, limits), result);
}

TEST(DocumentErrors, DocumentsBeyondTheirLimit) {
    const std::string text = R"({"message":"x"})";
    read_limits limits;
    limits.document_bytes = text.size();
    EXPECT_FALSE(read_whole("ApiError", text, limits).error.code);
    const reading result = read_whole("ApiError", text + " ", limits);
    EXPECT_EQ(result.error.code, roomport::error::value_too_large);
    EXPECT_EQ(result.error.offset, text.size());
    EXPECT_EQ(read_bytewise("ApiError", text + " ", limits), result);
}

TEST(DocumentErrors, ClassesAreThoseOfTheErrorConditions) {
    EXPECT_TRUE(read_whole("ApiError", "{").error.code == errc::parse);
    EXPECT_TRUE(read_whole("ApiError", "{}").error.code == errc::schema);
}

} // namespace
} // namespace roomport::json
