#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace roomport::json::detail {

/// A JSON number, taken digit by digit and kept exactly as far as any of our types can tell.
///
/// However many digits come, memory is bounded: zeros are counted, and beyond 800 significant
/// digits only whether one of them is not zero is remembered, which is enough to round a double
/// correctly.
class decimal_number {
public:
    decimal_number() = default;

    void clear() noexcept;
    void set_negative() noexcept { negative_ = true; }
    void add_integer_digit(char digit);
    void add_fraction_digit(char digit);
    void set_exponent_negative() noexcept { exponent_negative_ = true; }
    void add_exponent_digit(char digit) noexcept;

    /// The value, when it is an integer from `lowest` to `highest`, however it is written (`1e3`,
    /// `34567.0`).
    std::optional<std::int64_t> to_integer(std::int64_t lowest,
                                           std::int64_t highest) const noexcept;

    /// The nearest double; nothing when the value is beyond its range. Too small a value becomes
    /// zero.
    std::optional<double> to_double() const;

private:
    void add_digit(char digit);
    std::int64_t power_of_ten() const noexcept;

    std::string digits_;
    std::int64_t pending_zeros_ = 0;
    std::int64_t dropped_digits_ = 0;
    std::int64_t fraction_digits_ = 0;
    std::int64_t exponent_ = 0;
    bool negative_ = false;
    bool exponent_negative_ = false;
};

} // namespace roomport::json::detail
