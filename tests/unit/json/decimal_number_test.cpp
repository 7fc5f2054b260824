#include "json/decimal_number.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace roomport::json::detail {
namespace {

decimal_number number_of(std::string_view text) {
    decimal_number number;
    if (text.starts_with('-')) {
        number.set_negative();
        text.remove_prefix(1);
    }
    enum { integer, fraction, exponent } part = integer;
    for (const char character : text) {
        if (character == '.') {
            part = fraction;
        } else if (character == 'e') {
            part = exponent;
        } else if (character == '-') {
            number.set_exponent_negative();
        } else if (part == integer) {
            number.add_integer_digit(character);
        } else if (part == fraction) {
            number.add_fraction_digit(character);
        } else {
            number.add_exponent_digit(character);
        }
    }
    return number;
}

std::optional<std::int64_t> to_int64(std::string_view text) {
    using limits = std::numeric_limits<std::int64_t>;
    return number_of(text).to_integer(limits::min(), limits::max());
}

std::optional<std::int64_t> to_int32(std::string_view text) {
    using limits = std::numeric_limits<std::int32_t>;
    return number_of(text).to_integer(limits::min(), limits::max());
}

TEST(DecimalNumber, IsAnIntegerHoweverItIsWritten) {
    for (const char* text : {"34567", "34567.0", "34567.000", "3456.7e1", "3.4567e4", "34567e0",
                             "345670e-1", "34567000e-3", "0.34567e5", "0.00034567e8"}) {
        EXPECT_EQ(to_int32(text), 34567) << text;
    }
    EXPECT_EQ(to_int32("1e3"), 1000);
    for (const char* text : {"0", "-0", "0.0", "0e999999999999999999999", "-0.000e-5"}) {
        EXPECT_EQ(to_int32(text), 0) << text;
    }
}

TEST(DecimalNumber, IsNoIntegerWithAFractionHoweverSmall) {
    for (const char* text : {"1.5", "0.1", "1e-1", "34567.0000000000000000000000001",
                             "9007199254740993.5", "1e-999999999999999999999"}) {
        EXPECT_EQ(to_int64(text), std::nullopt) << text;
    }
}

TEST(DecimalNumber, IsExactAtTheEndsOfTheIntegerTypes) {
    EXPECT_EQ(to_int32("2147483647"), 2147483647);
    EXPECT_EQ(to_int32("2147483648"), std::nullopt);
    EXPECT_EQ(to_int32("-2147483648"), -2147483648LL);
    EXPECT_EQ(to_int32("-2147483649"), std::nullopt);
    EXPECT_EQ(to_int32("4294967297"), std::nullopt);
    EXPECT_EQ(to_int64("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(to_int64("9223372036854775808"), std::nullopt);
    EXPECT_EQ(to_int64("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(to_int64("-9223372036854775809"), std::nullopt);
    EXPECT_EQ(to_int64("18446744073709551617"), std::nullopt);
    EXPECT_EQ(to_int64("1e19"), std::nullopt);
    EXPECT_EQ(to_int64("1e99999999999999999999999"), std::nullopt);
}

TEST(DecimalNumber, CountsZerosInsteadOfKeepingThem) {
    const std::string zeros(100'000, '0');
    EXPECT_EQ(to_int32("7" + zeros + "e-100000"), 7);
    EXPECT_EQ(to_int32("0." + zeros + "7e100001"), 7);
    EXPECT_EQ(to_int32("7" + zeros), std::nullopt);
    EXPECT_EQ(to_int32("7." + zeros), 7);
    EXPECT_EQ(to_int32("7." + zeros + "1"), std::nullopt);
}

TEST(DecimalNumber, IsTheNearestDouble) {
    for (const char* text :
         {"0.1", "-2.5", "1e22", "1e23", "179769313486231570e291", "5e-324",
          "2.2250738585072011e-308", "9007199254740993", "123456789012345678901"}) {
        EXPECT_EQ(number_of(text).to_double(), std::strtod(text, nullptr)) << text;
    }
}

TEST(DecimalNumber, RoundsByDigitsBeyondThoseItKeeps) {
    // Halfway between 1 and the next double, then with one more digit far behind.
    const std::string halfway = "1.00000000000000011102230246251565404236316680908203125";
    EXPECT_EQ(number_of(halfway).to_double(), 1.0);
    EXPECT_EQ(number_of(halfway + std::string(5000, '0') + "1").to_double(),
              std::nextafter(1.0, 2.0));
}

TEST(DecimalNumber, KnowsTheEndsOfTheDoubles) {
    EXPECT_EQ(number_of("1e400").to_double(), std::nullopt);
    EXPECT_EQ(number_of("-1e309").to_double(), std::nullopt);
    EXPECT_EQ(number_of("1e99999999999999999999").to_double(), std::nullopt);
    EXPECT_EQ(number_of("1e-400").to_double(), 0.0);
    EXPECT_EQ(number_of("1e-99999999999999999999").to_double(), 0.0);
    EXPECT_TRUE(std::signbit(*number_of("-0.0").to_double()));
}

TEST(DecimalNumber, AgreesWithTheStandardLibraryOnRandomNumbers) {
    std::mt19937 random(20260102);
    for (int round = 0; round < 5000; ++round) {
        std::string text = random() % 2 == 0 ? "-" : "";
        text += std::to_string(random());
        if (random() % 2 == 0) {
            text += '.' + std::to_string(random()) + std::to_string(random());
        }
        const int power = static_cast<int>(random() % 660) - 340;
        text += 'e' + std::to_string(power);
        const double expected = std::strtod(text.c_str(), nullptr);
        if (std::isinf(expected)) {
            ASSERT_EQ(number_of(text).to_double(), std::nullopt) << text;
        } else {
            ASSERT_EQ(number_of(text).to_double(), expected) << text;
        }
    }
}

} // namespace
} // namespace roomport::json::detail
