#pragma once

#include <array>
#include <string_view>

namespace roomport {

/// Where a process runs.
enum class region {
    seattle,
    los_angeles,
    washington_dc,
    chicago,
    london,
    frankfurt,
    mumbai,
    singapore,
    tokyo,
    sydney,
    sao_paulo,
    dallas,
    johannesburg,
    dubai,
};

/// The values on the wire, in the enumerators' order.
constexpr auto wire_texts(region) noexcept {
    return std::to_array<std::string_view>(
        {"Seattle", "Los_Angeles", "Washington_DC", "Chicago", "London", "Frankfurt", "Mumbai",
         "Singapore", "Tokyo", "Sydney", "Sao_Paulo", "Dallas", "Johannesburg", "Dubai"});
}

} // namespace roomport
