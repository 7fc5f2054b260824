#pragma once

#include "program/descriptor.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace roomport::server {

/// Whether the process can open as many more descriptors as launching a game server takes: a claim to each of three
/// ports, what tells of its end, and both ends of its standard input.
inline bool has_descriptors_left() {
    constexpr std::size_t needed = 6;
    std::array<program::descriptor, needed> opened;
    return std::all_of(opened.begin(), opened.end(), [](program::descriptor& each) {
        each = program::descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return static_cast<bool>(each);
    });
}

} // namespace roomport::server
