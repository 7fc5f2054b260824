#include "providers/http/text_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace roomport::providers {
namespace {

using testing::HasSubstr;

std::string filled(std::string_view text, const std::string& value, text_template::place where) {
    std::string problem;
    const auto parsed = text_template::parse(text, {"key"}, problem);
    EXPECT_EQ(problem, "");
    placeholder_values values;
    values["key"] = value;
    return parsed.fill(values, where);
}

std::string problem_with(std::string_view text) {
    std::string problem;
    text_template::parse(text, {"key", "file:"}, problem);
    return problem;
}

TEST(TextTemplate, NeverLetsAValueLeaveItsPlace) {
    const auto in_url = [](const std::string& value) {
        return filled("/s/{key}?x", value, text_template::place::url);
    };
    EXPECT_EQ(in_url("a-b_1"), "/s/a-b_1?x");
    EXPECT_EQ(in_url("a/b?c&d=e#f"), "/s/a%2Fb%3Fc%26d%3De%23f?x");
    EXPECT_EQ(in_url(".."), "/s/%2E%2E?x");
    EXPECT_EQ(in_url("a b\r\nX: y"), "/s/a%20b%0D%0AX%3A%20y?x");
    EXPECT_EQ(in_url("{key}"), "/s/%7Bkey%7D?x");
    EXPECT_EQ(filled("{key}", "{key}", text_template::place::plain), "{key}");
}

TEST(TextTemplate, HasBracesThatAreDoubled) {
    EXPECT_EQ(filled("{{{key}}}", "v", text_template::place::plain), "{v}");
    EXPECT_EQ(filled("{{key}}", "v", text_template::place::plain), "{key}");
}

TEST(TextTemplate, SaysWhatIsWrong) {
    EXPECT_THAT(problem_with("{key"), HasSubstr("without its '}'"));
    EXPECT_THAT(problem_with("key}"), HasSubstr("without its '{'"));
    EXPECT_THAT(problem_with("{other}"), HasSubstr("there are: {key}"));
    EXPECT_THAT(problem_with("{file:a}{file:b}"), HasSubstr("two files"));
    EXPECT_EQ(problem_with("{file:a}"), "");
}

TEST(TextTemplate, FillsTheTextsOfJsonAndKeepsWhatIsNone) {
    placeholder_values values;
    values["key"] = "\"quoted\"";
    const auto from = boost::json::parse(R"({"a":"x{key}","{key}":[1,true,null,{"b":"{key}"}]})");
    const auto to =
        boost::json::parse(R"({"a":"x\"quoted\"","{key}":[1,true,null,{"b":"\"quoted\""}]})");
    EXPECT_EQ(fill_json(from, values), to);
    EXPECT_EQ(problem_of_json(from, {"key"}), "");
    EXPECT_THAT(problem_of_json(from, {"other"}), HasSubstr("{key}"));
}

} // namespace
} // namespace roomport::providers
