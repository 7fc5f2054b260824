#include <roomport/model/timestamp.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace roomport {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr timestamp first_representable = sys_days(year(0) / 1 / 1);
constexpr timestamp end_of_representable = sys_days(year(10000) / 1 / 1);

class text_cursor {
public:
    explicit text_cursor(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool accept_any_of(std::string_view characters) {
        if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) {
            return std::nullopt;
        }
        int value = 0;
        for (const char character : rest_.substr(0, count)) {
            if (character < '0' || character > '9') {
                return std::nullopt;
            }
            value = value * 10 + (character - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }

private:
    std::string_view rest_;
};

std::optional<sys_days> parse_date(text_cursor& cursor) {
    const auto y = cursor.digits(4);
    if (!y || !cursor.accept_any_of("-")) {
        return std::nullopt;
    }
    const auto m = cursor.digits(2);
    if (!m || !cursor.accept_any_of("-")) {
        return std::nullopt;
    }
    const auto d = cursor.digits(2);
    if (!d) {
        return std::nullopt;
    }
    const year_month_day date(year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                              std::chrono::day(static_cast<unsigned>(*d)));
    if (!date.ok()) {
        return std::nullopt;
    }
    return sys_days(date);
}

std::optional<seconds> parse_time(text_cursor& cursor) {
    const auto h = cursor.digits(2);
    if (!h || *h > 23 || !cursor.accept_any_of(":")) {
        return std::nullopt;
    }
    const auto m = cursor.digits(2);
    if (!m || *m > 59 || !cursor.accept_any_of(":")) {
        return std::nullopt;
    }
    const auto s = cursor.digits(2);
    if (!s || *s > 60) {
        return std::nullopt;
    }
    return hours(*h) + minutes(*m) + seconds(*s);
}

std::optional<microseconds> parse_fraction(text_cursor& cursor) {
    if (!cursor.accept_any_of(".")) {
        return microseconds(0);
    }
    std::int64_t nanoseconds = 0;
    int count = 0;
    while (count < 9) {
        const auto digit = cursor.digits(1);
        if (!digit) {
            break;
        }
        nanoseconds = nanoseconds * 10 + *digit;
        ++count;
    }
    if (count == 0) {
        return std::nullopt;
    }
    for (; count < 9; ++count) {
        nanoseconds *= 10;
    }
    return microseconds(nanoseconds / 1000);
}

std::optional<minutes> parse_offset(text_cursor& cursor) {
    if (cursor.accept_any_of("Zz")) {
        return minutes(0);
    }
    const bool east = cursor.accept_any_of("+");
    if (!east && !cursor.accept_any_of("-")) {
        return std::nullopt;
    }
    const auto h = cursor.digits(2);
    if (!h || *h > 23 || !cursor.accept_any_of(":")) {
        return std::nullopt;
    }
    const auto m = cursor.digits(2);
    if (!m || *m > 59) {
        return std::nullopt;
    }
    const minutes offset = hours(*h) + minutes(*m);
    return east ? offset : -offset;
}

// A leap second was read as second 60 of its minute, so it is now the first second of a day.
bool follows_leap_second(timestamp value) {
    const auto day = std::chrono::floor<days>(value);
    const year_month_day date(day);
    return value - day < seconds(1) && date.day() == std::chrono::day(1) &&
           (date.month() == std::chrono::January || date.month() == std::chrono::July);
}

} // namespace

std::optional<timestamp> parse_timestamp(std::string_view text) {
    text_cursor cursor(text);
    const auto date = parse_date(cursor);
    if (!date || !cursor.accept_any_of("Tt")) {
        return std::nullopt;
    }
    const auto time = parse_time(cursor);
    if (!time) {
        return std::nullopt;
    }
    const auto fraction = parse_fraction(cursor);
    if (!fraction) {
        return std::nullopt;
    }
    const auto offset = parse_offset(cursor);
    if (!offset || !cursor.at_end()) {
        return std::nullopt;
    }
    timestamp result = *date + *time + *fraction - *offset;
    constexpr std::size_t seconds_position = 17;
    if (text.substr(seconds_position, 2) == "60") {
        if (!follows_leap_second(result)) {
            return std::nullopt;
        }
        result = std::chrono::floor<seconds>(result);
    }
    if (result < first_representable || result >= end_of_representable) {
        return std::nullopt;
    }
    return result;
}

std::string format_timestamp(timestamp value) {
    const auto bounded =
        std::clamp(value, first_representable, end_of_representable - microseconds(1));
    const auto instant = std::chrono::floor<milliseconds>(bounded);
    const auto day = std::chrono::floor<days>(instant);
    const year_month_day date(day);
    const std::chrono::hh_mm_ss time(instant - day);
    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
        unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
        int(time.minutes().count()), int(time.seconds().count()), int(time.subseconds().count()));
    return std::string(text.data(), static_cast<std::size_t>(length));
}

} // namespace roomport
