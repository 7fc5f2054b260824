#include <roomport/model/timestamp.hpp>

#include <gtest/gtest.h>

#include <string>

namespace roomport {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr timestamp sample = sys_days(year(2026) / 1 / 2) + 3h + 4min + 5s;

TEST(Timestamp, ReadsUtcWithoutAFraction) {
    EXPECT_EQ(parse_timestamp("2026-01-02T03:04:05Z"), sample);
}

TEST(Timestamp, ReadsOneToNineFractionDigitsAndCutsWhatIsFinerThanAMicrosecond) {
    const std::string digits = "123456789";
    const long microseconds[] = {100000, 120000, 123000, 123400, 123450,
                                 123456, 123456, 123456, 123456};
    for (std::size_t count = 1; count <= digits.size(); ++count) {
        const std::string text = "2026-01-02T03:04:05." + digits.substr(0, count) + "Z";
        EXPECT_EQ(parse_timestamp(text),
                  sample + std::chrono::microseconds(microseconds[count - 1]))
            << text;
    }
    EXPECT_EQ(parse_timestamp("2026-01-02T03:04:05.999999999Z"), sample + 999999us);
}

TEST(Timestamp, ReadsOffsetsAndLowerCase) {
    EXPECT_EQ(parse_timestamp("2026-01-02T05:34:05+02:30"), sample);
    EXPECT_EQ(parse_timestamp("2026-01-01T22:04:05-05:00"), sample);
    EXPECT_EQ(parse_timestamp("2026-01-02T03:04:05-00:00"), sample);
    EXPECT_EQ(parse_timestamp("2026-01-02t03:04:05z"), sample);
}

TEST(Timestamp, ReadsTimesBeforeTheEpochAndCutsThemTowardsThePastWhenWritten) {
    const auto value = parse_timestamp("1969-12-31T23:59:59.9995Z");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->time_since_epoch(), -500us);
    EXPECT_EQ(format_timestamp(*value), "1969-12-31T23:59:59.999Z");
}

TEST(Timestamp, RefusesWhatIsMalformed) {
    for (const char* text :
         {"", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z",
          "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04Z",
          "26-01-02T03:04:05Z", "2026-1-02T03:04:05Z", "2026-01-02T03:04:05+0200",
          "2026-01-02T03:04:05+02", "2026-01-02T03:04:05Z ", " 2026-01-02T03:04:05Z",
          "2026-01-02T03:04:05ZZ", "+026-01-02T03:04:05Z", "2026-01-02T03:04:05,5Z",
          "2026-01-02T03:04:05.5", "2026-01-02T+3:04:05Z"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
    }
}

TEST(Timestamp, RefusesDatesAndTimesThatDoNotExist) {
    for (const char* text :
         {"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
          "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
          "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
    }
    EXPECT_TRUE(parse_timestamp("2000-02-29T00:00:00Z"));
}

TEST(Timestamp, TakesALeapSecondForTheFirstInstantOfTheNextDay) {
    const timestamp next_year = sys_days(year(2017) / 1 / 1);
    EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60Z"), next_year);
    EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60.75Z"), next_year);
    EXPECT_EQ(parse_timestamp("2017-01-01T05:29:60+05:30"), next_year);
    EXPECT_EQ(parse_timestamp("2015-06-30T23:59:60Z"), timestamp(sys_days(year(2015) / 7 / 1)));
    EXPECT_EQ(parse_timestamp("2016-12-31T22:59:60Z"), std::nullopt);
    EXPECT_EQ(parse_timestamp("2016-11-30T23:59:60Z"), std::nullopt);
}

TEST(Timestamp, RefusesPointsOutsideTheYearsItCanWrite) {
    EXPECT_TRUE(parse_timestamp("0000-01-01T00:00:00Z"));
    EXPECT_EQ(parse_timestamp("0000-01-01T00:00:00+00:01"), std::nullopt);
    EXPECT_TRUE(parse_timestamp("9999-12-31T23:59:59.999999Z"));
    EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59-00:01"), std::nullopt);
    EXPECT_EQ(parse_timestamp("9999-12-31T23:59:60Z"), std::nullopt);
}

TEST(Timestamp, IsWrittenInUtcWithMilliseconds) {
    EXPECT_EQ(format_timestamp(sample), "2026-01-02T03:04:05.000Z");
    EXPECT_EQ(format_timestamp(sample + 678999us), "2026-01-02T03:04:05.678Z");
    EXPECT_EQ(format_timestamp(sys_days(year(33) / 4 / 3)), "0033-04-03T00:00:00.000Z");
}

TEST(Timestamp, IsWrittenAsTheNearestInstantThatHasAText) {
    EXPECT_EQ(format_timestamp(timestamp::min()), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(format_timestamp(timestamp::max()), "9999-12-31T23:59:59.999Z");
}

TEST(Timestamp, SurvivesWritingAndReadingWhenItHasWholeMilliseconds) {
    for (int step = -2000; step < 2000; ++step) {
        const timestamp value(std::chrono::hours(step * 4321) + std::chrono::milliseconds(step));
        EXPECT_EQ(parse_timestamp(format_timestamp(value)), value);
    }
}

} // namespace
} // namespace roomport
