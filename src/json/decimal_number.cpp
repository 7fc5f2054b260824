#include "json/decimal_number.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace roomport::json::detail {
namespace {

// A double's shortest exact boundary has at most 767 significant digits.
constexpr std::int64_t kept_digits = 800;

// Larger than any exponent that the digits of a document could make up for.
constexpr std::int64_t largest_exponent = 1'000'000'000'000'000'000;

// No double that is not zero or infinite has its first digit this far from the point.
constexpr std::int64_t double_reach = 400;

} // namespace

void decimal_number::clear() noexcept {
    digits_.clear();
    pending_zeros_ = 0;
    dropped_digits_ = 0;
    fraction_digits_ = 0;
    exponent_ = 0;
    negative_ = false;
    exponent_negative_ = false;
}

void decimal_number::add_integer_digit(char digit) {
    add_digit(digit);
}

void decimal_number::add_fraction_digit(char digit) {
    ++fraction_digits_;
    add_digit(digit);
}

void decimal_number::add_exponent_digit(char digit) noexcept {
    if (exponent_ < largest_exponent / 10) {
        exponent_ = exponent_ * 10 + (digit - '0');
    } else {
        exponent_ = largest_exponent;
    }
}

void decimal_number::add_digit(char digit) {
    if (digit == '0') {
        pending_zeros_ += digits_.empty() ? 0 : 1;
        return;
    }
    const auto kept = static_cast<std::int64_t>(digits_.size());
    if (dropped_digits_ > 0 || kept + pending_zeros_ >= kept_digits) {
        dropped_digits_ += pending_zeros_ + 1;
    } else {
        digits_.append(static_cast<std::size_t>(pending_zeros_), '0');
        digits_ += digit;
    }
    pending_zeros_ = 0;
}

std::int64_t decimal_number::power_of_ten() const noexcept {
    return (exponent_negative_ ? -exponent_ : exponent_) - fraction_digits_ + pending_zeros_ +
           dropped_digits_;
}

std::optional<std::int64_t> decimal_number::to_integer(std::int64_t lowest,
                                                       std::int64_t highest) const noexcept {
    std::uint64_t magnitude = 0;
    if (!digits_.empty()) {
        constexpr std::int64_t safe_digits = std::numeric_limits<std::uint64_t>::digits10;
        const auto kept = static_cast<std::int64_t>(digits_.size());
        const std::int64_t power = power_of_ten();
        if (dropped_digits_ > 0 || power < 0 || power > safe_digits || kept + power > safe_digits) {
            return std::nullopt;
        }
        for (const char digit : digits_) {
            magnitude = magnitude * 10 + static_cast<std::uint64_t>(digit - '0');
        }
        for (std::int64_t index = 0; index < power; ++index) {
            magnitude *= 10;
        }
    }
    const auto bound =
        negative_ ? 0 - static_cast<std::uint64_t>(lowest) : static_cast<std::uint64_t>(highest);
    if (magnitude > bound) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(negative_ ? 0 - magnitude : magnitude);
}

std::optional<double> decimal_number::to_double() const {
    const double zero = negative_ ? -0.0 : 0.0;
    if (digits_.empty()) {
        return zero;
    }
    const std::int64_t power = power_of_ten();
    const std::int64_t first_digit = static_cast<std::int64_t>(digits_.size()) + power;
    if (first_digit < -double_reach) {
        return zero;
    }
    if (first_digit > double_reach) {
        return std::nullopt;
    }
    std::string text = negative_ ? "-" : "";
    text += digits_;
    std::int64_t text_power = power;
    if (dropped_digits_ > 0) {
        text += '1';
        --text_power;
    }
    text += 'e';
    text += std::to_string(text_power);
    double value = 0;
    const auto outcome = std::from_chars(text.data(), text.data() + text.size(), value);
    if (outcome.ec == std::errc::result_out_of_range) {
        return first_digit > 0 ? std::nullopt : std::optional<double>(zero);
    }
    return value;
}

} // namespace roomport::json::detail
