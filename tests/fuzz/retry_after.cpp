// Retry-After and Date: a point between the arrival and five minutes later, or nothing.
#include "fuzz.hpp"

#include <roomport/http/message.hpp>

#include <string>

/// Up to the first line end: Retry-After, up to the next: another one; then Date.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using roomport::fuzz::require;
    roomport::http::response answer;
    answer.status = 503;
    answer.arrived_at = roomport::time_point(std::chrono::hours(1));
    answer.arrived_at_wall_time =
        std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
    std::string_view rest = roomport::fuzz::input(data, size).text();
    for (const char* name : {"Retry-After", "Retry-After", "Date"}) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (end != 0) {
            answer.fields.emplace_back(name, std::string(rest.substr(0, end)));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (const auto point = roomport::http::retry_not_before(answer)) {
        require(*point >= answer.arrived_at);
        require(*point <= answer.arrived_at + std::chrono::minutes(5));
    }
    return 0;
}
