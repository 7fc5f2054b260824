#include "http/ascii.hpp"
#include "http/http_date.hpp"

#include <roomport/http/message.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace roomport::http {
namespace detail {
namespace {

constexpr std::array<std::string_view, 7> short_days{"Mon", "Tue", "Wed", "Thu",
                                                     "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class date_reader {
public:
    explicit date_reader(std::string_view text) : rest_(text) {}

    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && rest_.empty(); }

    void literal(std::string_view expected) {
        if (!rest_.starts_with(expected)) {
            ok_ = false;
            return;
        }
        rest_.remove_prefix(expected.size());
    }

    template <std::size_t N>
    unsigned word(const std::array<std::string_view, N>& words) {
        for (unsigned i = 0; i < N; ++i) {
            if (rest_.starts_with(words[i])) {
                rest_.remove_prefix(words[i].size());
                return i;
            }
        }
        ok_ = false;
        return 0;
    }

    bool next_is(std::string_view expected) const { return rest_.starts_with(expected); }

    int day() {
        const bool has_two_digits = rest_.size() > 1 && is_digit(rest_[1]);
        return number(has_two_digits ? 2 : 1);
    }

    // The standard has GMT only; the others mean the same.
    void zone() {
        constexpr std::array<std::string_view, 4> same{" GMT", " UTC", " +0000", " -0000"};
        word(same);
    }

    int number(std::size_t digits) {
        if (rest_.size() < digits) {
            ok_ = false;
            return 0;
        }
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (!is_digit(c)) {
                ok_ = false;
                return 0;
            }
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

struct date_parts {
    int year = 0;
    unsigned month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

void read_time(date_reader& in, date_parts& to) {
    to.hour = in.number(2);
    in.literal(":");
    to.minute = in.number(2);
    in.literal(":");
    to.second = in.number(2);
}

std::optional<std::chrono::sys_seconds> assemble(const date_parts& parts) {
    const std::chrono::year_month_day date(std::chrono::year(parts.year),
                                           std::chrono::month(parts.month + 1),
                                           std::chrono::day(static_cast<unsigned>(parts.day)));
    // 60 is a leap second.
    if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(parts.hour) +
           std::chrono::minutes(parts.minute) + std::chrono::seconds(parts.second);
}

std::optional<date_parts> read_fixdate(std::string_view text) {
    date_reader in(text);
    date_parts parts;
    in.word(short_days);
    in.literal(", ");
    parts.day = in.day();
    in.literal(" ");
    parts.month = in.word(months);
    in.literal(" ");
    parts.year = in.number(4);
    in.literal(" ");
    read_time(in, parts);
    in.zone();
    return in.at_end() ? std::optional(parts) : std::nullopt;
}

std::optional<date_parts> read_rfc850(std::string_view text) {
    date_reader in(text);
    date_parts parts;
    in.word(long_days);
    in.literal(", ");
    parts.day = in.day();
    in.literal("-");
    parts.month = in.word(months);
    in.literal("-");
    parts.year = in.number(2);
    in.literal(" ");
    read_time(in, parts);
    in.zone();
    return in.at_end() ? std::optional(parts) : std::nullopt;
}

std::optional<date_parts> read_asctime(std::string_view text) {
    date_reader in(text);
    date_parts parts;
    in.word(short_days);
    in.literal(" ");
    parts.month = in.word(months);
    in.literal(" ");
    if (in.next_is(" ")) {
        in.literal(" ");
        parts.day = in.number(1);
    } else {
        parts.day = in.number(2);
    }
    in.literal(" ");
    read_time(in, parts);
    in.literal(" ");
    parts.year = in.number(4);
    return in.at_end() ? std::optional(parts) : std::nullopt;
}

int full_year(int two_digits, std::chrono::sys_seconds now) {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int this_year = static_cast<int>(today.year());
    int year = this_year - this_year % 100 + two_digits;
    if (year > this_year + 50) {
        year -= 100;
    }
    return year;
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::sys_seconds now) {
    if (const auto parts = read_fixdate(text)) {
        return assemble(*parts);
    }
    if (auto parts = read_rfc850(text)) {
        parts->year = full_year(parts->year, now);
        return assemble(*parts);
    }
    if (const auto parts = read_asctime(text)) {
        return assemble(*parts);
    }
    return std::nullopt;
}

} // namespace detail

namespace {

constexpr std::chrono::seconds longest_delay = std::chrono::minutes(5);

struct time_unit {
    std::string_view name;
    double seconds;
};

constexpr std::array time_units{
    time_unit{"", 1},         time_unit{"s", 1},        time_unit{"sec", 1},
    time_unit{"secs", 1},     time_unit{"second", 1},   time_unit{"seconds", 1},
    time_unit{"ms", 0.001},   time_unit{"msec", 0.001}, time_unit{"m", 60},
    time_unit{"min", 60},     time_unit{"mins", 60},    time_unit{"minute", 60},
    time_unit{"minutes", 60}, time_unit{"h", 3600},     time_unit{"hour", 3600},
    time_unit{"hours", 3600},
};

std::optional<double> seconds_of(std::string_view unit) {
    const auto* const found =
        std::find_if(time_units.begin(), time_units.end(), [unit](const time_unit& each) {
            return detail::equals_ignoring_case(each.name, unit);
        });
    return found == time_units.end() ? std::nullopt : std::optional(found->seconds);
}

// A number takes an exponent with it; what is beyond a double is beyond the bound as well, or next to nothing.
std::optional<double> read_number(std::string_view& text) {
    const char* const end = text.data() + text.size();
    const std::size_t first = text.starts_with('+') ? 1 : 0;
    const auto digit = text.substr(first, 1) == "." ? first + 1 : first;
    if (digit >= text.size() || !detail::is_digit(text[digit])) {
        return std::nullopt;
    }
    double value = 0;
    const auto [rest, ec] = std::from_chars(text.data() + first, end, value);
    const std::string_view number(text.data(), static_cast<std::size_t>(rest - text.data()));
    text.remove_prefix(number.size());
    if (ec == std::errc::result_out_of_range) {
        return number.find("e-") == std::string_view::npos ? 1e300 : 0;
    }
    return ec == std::errc() ? std::optional(value) : std::nullopt;
}

// One length of time: "20", "20.5", "+5", "30 s", "1m30s", "2e1".
std::optional<double> read_length(std::string_view text) {
    double sum = 0;
    bool is_first = true;
    do {
        const auto number = read_number(text);
        if (!number) {
            return std::nullopt;
        }
        const auto* const unit_begin = std::find_if_not(
            text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t'; });
        const auto* const unit_end = std::find_if_not(unit_begin, text.end(), detail::is_alpha);
        const auto unit = seconds_of(std::string_view(unit_begin, unit_end));
        const bool has_unit = unit_begin != unit_end;
        const bool is_alone = is_first && unit_end == text.end();
        // Of several numbers each needs its unit.
        if (!unit || (!has_unit && !is_alone)) {
            return std::nullopt;
        }
        sum += *number * *unit;
        is_first = false;
        text = detail::trim(std::string_view(unit_end, text.end()));
    } while (!text.empty());
    return sum;
}

// The standard knows whole seconds only, but servers also send fractions, units, quotes, parameters and, where two of
// them answer, lists. Each number that can be meant is a floor: the largest counts, rounded up.
std::optional<std::chrono::seconds> read_seconds(std::string_view text) {
    std::optional<std::chrono::seconds> longest;
    while (!text.empty()) {
        const auto comma = text.find(',');
        auto item = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        item = detail::trim(item.substr(0, item.find(';')));
        if (item.size() >= 2 && item.front() == '"' && item.back() == '"') {
            item = detail::trim(item.substr(1, item.size() - 2));
        }
        const auto length = read_length(item);
        if (!length) {
            return std::nullopt;
        }
        const double bound = static_cast<double>(longest_delay.count());
        const auto whole = std::chrono::seconds(
            static_cast<std::chrono::seconds::rep>(std::ceil(std::min(*length, bound))));
        longest = std::max(whole, longest.value_or(whole));
    }
    return longest;
}

std::optional<duration> read_delay(std::string_view text, const response& answer) {
    if (const auto delay = read_seconds(text)) {
        return *delay;
    }
    const auto wall = std::chrono::floor<std::chrono::seconds>(answer.arrived_at_wall_time);
    const auto until = detail::parse_http_date(text, wall);
    if (!until) {
        return std::nullopt;
    }
    auto since = wall;
    if (const auto date = answer.find("Date")) {
        since = detail::parse_http_date(detail::trim(*date), wall).value_or(wall);
    }
    return std::clamp(*until - since, std::chrono::seconds(0), longest_delay);
}

} // namespace

std::optional<time_point> retry_not_before(const response& answer) {
    std::optional<time_point> latest;
    for (const auto& each : answer.fields) {
        if (!detail::equals_ignoring_case(each.name, "Retry-After")) {
            continue;
        }
        if (const auto delay = read_delay(detail::trim(each.value), answer)) {
            const auto until = answer.arrived_at + *delay;
            latest = std::max(until, latest.value_or(until));
        }
    }
    return latest;
}

} // namespace roomport::http
