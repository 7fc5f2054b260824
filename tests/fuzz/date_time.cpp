// Date-times of the API: what is read is written so that it is read again as the same.
#include "fuzz.hpp"

#include <roomport/model/timestamp.hpp>

#include <chrono>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using roomport::fuzz::require;
    const auto read = roomport::parse_timestamp(roomport::fuzz::input(data, size).text());
    if (!read) {
        return 0;
    }
    const auto written = roomport::format_timestamp(*read);
    require(written.size() == 24 && written.back() == 'Z');
    const auto again = roomport::parse_timestamp(written);
    require(again && *again == std::chrono::floor<std::chrono::milliseconds>(*read));
    return 0;
}
