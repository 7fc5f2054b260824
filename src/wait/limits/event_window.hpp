#pragma once

#include <roomport/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace roomport::wait_detail {

/// Counts the events of the last `Slots` × `width`, with the width's precision and without keeping them.
/// Times must never go back.
template <std::size_t Slots>
class event_window {
public:
    explicit event_window(duration width) noexcept : width_(width) {}

    void add(time_point now) noexcept {
        move_to(now);
        ++counts_[slot_of(current_)];
        ++total_;
    }

    /// Events that are not older than the window.
    std::uint64_t count(time_point now) noexcept {
        move_to(now);
        return total_;
    }

    /// The time that @ref count looks back on.
    duration span(time_point now) const noexcept {
        return static_cast<duration::rep>(Slots - 1) * width_ + now.time_since_epoch() % width_;
    }

    /// Events a second over the whole window, as if there had been none before the first.
    double rate(time_point now) noexcept {
        return static_cast<double>(count(now)) / std::chrono::duration<double>(span(now)).count();
    }

    void clear() noexcept {
        counts_.fill(0);
        total_ = 0;
    }

private:
    static std::size_t slot_of(duration::rep number) noexcept {
        return static_cast<std::size_t>(number) % Slots;
    }

    void move_to(time_point now) noexcept {
        const duration::rep number = now.time_since_epoch() / width_;
        if (number - current_ >= static_cast<duration::rep>(Slots)) {
            clear();
        } else {
            for (; current_ < number; ++current_) {
                auto& oldest = counts_[slot_of(current_ + 1)];
                total_ -= oldest;
                oldest = 0;
            }
        }
        current_ = number;
    }

    duration width_;
    duration::rep current_ = 0;
    std::array<std::uint32_t, Slots> counts_{};
    std::uint64_t total_ = 0;
};

} // namespace roomport::wait_detail
