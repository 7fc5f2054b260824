#include "program/duration_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace roomport::program {

std::optional<duration> parse_duration(std::string_view text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc()) {
        return std::nullopt;
    }
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    double seconds = 0;
    if (unit == "ms") {
        seconds = number / 1000;
    } else if (unit == "s") {
        seconds = number;
    } else if (unit == "m") {
        seconds = number * 60;
    } else if (unit == "h") {
        seconds = number * 3600;
    } else {
        return std::nullopt;
    }
    if (!std::isfinite(seconds) || seconds <= 0) {
        return std::nullopt;
    }
    // What lies beyond is for ever all the same, and sums of times must not overflow.
    constexpr double fifty_years = 50 * 366.0 * 24 * 3600;
    seconds = std::min(seconds, fifty_years);
    const auto result =
        std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
    if (result <= duration::zero()) {
        return std::nullopt;
    }
    return result;
}

} // namespace roomport::program
