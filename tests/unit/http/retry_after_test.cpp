#include "http/http_date.hpp"

#include <roomport/http/message.hpp>

#include <gtest/gtest.h>

#include <string>

namespace roomport::http {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr sys_seconds example_date = sys_days(1994y / November / 6) + 8h + 49min + 37s;

response answer_with(const std::string& retry_after, const std::string& date = "") {
    response answer;
    answer.arrived_at = time_point(1000s);
    answer.arrived_at_wall_time = example_date;
    answer.fields.emplace_back("retry-after", retry_after);
    if (!date.empty()) {
        answer.fields.emplace_back("Date", date);
    }
    return answer;
}

std::optional<duration> delay(const std::string& retry_after, const std::string& date = "") {
    const auto answer = answer_with(retry_after, date);
    const auto until = retry_not_before(answer);
    return until ? std::optional(*until - answer.arrived_at) : std::nullopt;
}

TEST(RetryAfter, SecondsCountFromTheArrival) {
    EXPECT_EQ(delay("0"), 0s);
    EXPECT_EQ(delay("7"), 7s);
    EXPECT_EQ(delay(" 7 "), 7s);
    EXPECT_EQ(delay("007"), 7s);
}

TEST(RetryAfter, NothingIsLongerThanFiveMinutes) {
    EXPECT_EQ(delay("300"), 5min);
    EXPECT_EQ(delay("301"), 5min);
    EXPECT_EQ(delay("9223372036854775807"), 5min);
    EXPECT_EQ(delay(std::string(1000, '9')), 5min);
    EXPECT_EQ(delay("Fri, 31 Dec 9999 23:59:59 GMT"), 5min);
}

TEST(RetryAfter, EachFormOfADateCountsFromTheWallClock) {
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 GMT"), 10s);
    EXPECT_EQ(delay("Sunday, 06-Nov-94 08:49:47 GMT"), 10s);
    EXPECT_EQ(delay("Sun Nov  6 08:49:47 1994"), 10s);
}

TEST(RetryAfter, ADateCountsFromTheDateOfTheAnswerIfThereIsOne) {
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:45 GMT"), 2s);
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 GMT", "garbage"), 10s);
}

TEST(RetryAfter, ADateInThePastIsNow) {
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:36 GMT"), 0s);
    EXPECT_EQ(delay("Thu, 01 Jan 1970 00:00:00 GMT"), 0s);
}

TEST(RetryAfter, ANumberThatCanBeMeantIsRoundedUp) {
    EXPECT_EQ(delay("20.5"), 21s);
    EXPECT_EQ(delay("20.0"), 20s);
    EXPECT_EQ(delay("20."), 20s);
    EXPECT_EQ(delay("0.001"), 1s);
    EXPECT_EQ(delay(".5"), 1s);
    EXPECT_EQ(delay("+5"), 5s);
    EXPECT_EQ(delay("5.0e0"), 5s);
    EXPECT_EQ(delay("1e2"), 100s);
    EXPECT_EQ(delay("1E1"), 10s);
    EXPECT_EQ(delay("1e-9"), 1s);
    EXPECT_EQ(delay("1e999"), 5min);
    EXPECT_EQ(delay("1e-999"), 0s);
    EXPECT_EQ(delay("299.5"), 5min);
    EXPECT_EQ(delay("120 "), 120s);
    EXPECT_EQ(delay("\t120\t"), 120s);
    EXPECT_EQ(delay("\"120\""), 120s);
    EXPECT_EQ(delay("120; comment=x"), 120s);
}

TEST(RetryAfter, UnitsAreUnderstood) {
    EXPECT_EQ(delay("30s"), 30s);
    EXPECT_EQ(delay("30 seconds"), 30s);
    EXPECT_EQ(delay("30 Sec"), 30s);
    EXPECT_EQ(delay("1500ms"), 2s);
    EXPECT_EQ(delay("2m"), 2min);
    EXPECT_EQ(delay("1.5 minutes"), 90s);
    EXPECT_EQ(delay("1m30s"), 90s);
    EXPECT_EQ(delay("1 min 30 s"), 90s);
    EXPECT_EQ(delay("1h"), 5min);
}

TEST(RetryAfter, OfSeveralTheLongestCounts) {
    EXPECT_EQ(delay("30, 60"), 60s);
    EXPECT_EQ(delay("60,30.5"), 60s);
    EXPECT_EQ(delay("60,"), 60s);
    auto answer = answer_with("20.5");
    answer.fields.emplace_back("Retry-After", "garbage");
    answer.fields.emplace_back("Retry-After", "7");
    EXPECT_EQ(retry_not_before(answer), answer.arrived_at + 21s);
}

TEST(RetryAfter, DatesAreReadAsServersWriteThem) {
    EXPECT_EQ(delay("Sun, 6 Nov 1994 08:49:47 GMT"), 10s);
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 UTC"), 10s);
    EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 +0000"), 10s);
}

TEST(RetryAfter, GarbageIsNothing) {
    for (const char* text : {"",
                             "-1",
                             "-0.5",
                             "1 2",
                             "1.2.3",
                             "soon",
                             "0x10",
                             "nan",
                             "inf",
                             "+inf",
                             "+",
                             ".",
                             "+-1",
                             "--1",
                             "++1",
                             "5 apples",
                             "s",
                             ",1",
                             "1, soon",
                             "1, -2",
                             "1s 2",
                             "\"",
                             "\"\"",
                             "e5",
                             "1:30",
                             "20\xc3\xa9",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 32 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:49:37 GMT",
                             "Sun, 06 Nov 1994 08:60:37 GMT",
                             "Sun, 06 Foo 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT+1",
                             "Sun, 29 Feb 1995 08:49:37 GMT"}) {
        EXPECT_EQ(delay(text), std::nullopt) << text;
    }
    EXPECT_EQ(retry_not_before(response()), std::nullopt);
}

TEST(RetryAfter, AYearOfTwoDigitsIsTheNearestOne) {
    const sys_seconds now = sys_days(2026y / January / 1);
    const auto year_of = [now](const std::string& text) {
        const auto date = detail::parse_http_date(text, now).value();
        return static_cast<int>(year_month_day(floor<days>(date)).year());
    };
    EXPECT_EQ(year_of("Sunday, 06-Nov-26 08:49:37 GMT"), 2026);
    EXPECT_EQ(year_of("Sunday, 06-Nov-76 08:49:37 GMT"), 2076);
    EXPECT_EQ(year_of("Sunday, 06-Nov-77 08:49:37 GMT"), 1977);
}

} // namespace
} // namespace roomport::http
