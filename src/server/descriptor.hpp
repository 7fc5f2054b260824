#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace roomport::server {

/// A file descriptor that is closed with its owner.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }

    explicit operator bool() const noexcept { return number_ >= 0; }
    int get() const noexcept { return number_; }
    int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_ = -1;
};

/// Whether the process can open as many more descriptors as launching a game server takes: a claim to each of three
/// ports, and what tells of its end.
inline bool has_descriptors_left() {
    constexpr std::size_t needed = 4;
    std::array<descriptor, needed> opened;
    return std::all_of(opened.begin(), opened.end(), [](descriptor& each) {
        each = descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return static_cast<bool>(each);
    });
}

} // namespace roomport::server
