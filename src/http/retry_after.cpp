#include "http/ascii.hpp"
#include "http/http_date.hpp"

#include <roomport/http/message.hpp>

#include <algorithm>
#include <array>

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
    parts.day = in.number(2);
    in.literal(" ");
    parts.month = in.word(months);
    in.literal(" ");
    parts.year = in.number(4);
    in.literal(" ");
    read_time(in, parts);
    in.literal(" GMT");
    return in.at_end() ? std::optional(parts) : std::nullopt;
}

std::optional<date_parts> read_rfc850(std::string_view text) {
    date_reader in(text);
    date_parts parts;
    in.word(long_days);
    in.literal(", ");
    parts.day = in.number(2);
    in.literal("-");
    parts.month = in.word(months);
    in.literal("-");
    parts.year = in.number(2);
    in.literal(" ");
    read_time(in, parts);
    in.literal(" GMT");
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

std::optional<std::chrono::seconds> read_seconds(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), detail::is_digit)) {
        return std::nullopt;
    }
    std::chrono::seconds value{};
    for (const char c : text) {
        // Stopping at the bound keeps a number of any length from overflowing.
        value = std::min(value * 10 + std::chrono::seconds(c - '0'), longest_delay);
    }
    return value;
}

} // namespace

std::optional<time_point> retry_not_before(const response& answer) {
    const auto found = answer.find("Retry-After");
    if (!found) {
        return std::nullopt;
    }
    const auto text = detail::trim(*found);
    if (const auto delay = read_seconds(text)) {
        return answer.arrived_at + *delay;
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
    const auto delay = std::clamp(*until - since, std::chrono::seconds(0), longest_delay);
    return answer.arrived_at + delay;
}

} // namespace roomport::http
