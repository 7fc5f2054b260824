// The daemon's file: settings within their ranges, or sentences that say what is wrong.
#include "fuzz.hpp"

#include "poller/configuration.hpp"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using roomport::fuzz::require;
    static const int file = ::memfd_create("poller.toml", 0);
    static const std::string name = "/proc/self/fd/" + std::to_string(file);
    require(::ftruncate(file, 0) == 0 &&
            ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    try {
        const auto read = roomport::poller::read_configuration(name);
        require(read.rooms.max_rooms > 0 && read.listen.max_connections > 0);
    } catch (const roomport::poller::configuration_error& wrong) {
        require(*wrong.what() != '\0');
    }
    return 0;
}
