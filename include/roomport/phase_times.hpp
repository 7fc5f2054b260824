#pragma once

#include <roomport/clock.hpp>

namespace roomport {

/// Where the time of a request went, phase by phase. A phase that did not take place is zero.
struct phase_times {
    /// Waiting for a connection of the pool.
    duration queue{};
    /// Looking up the host name.
    duration resolve{};
    /// Opening the TCP connection.
    duration connect{};
    /// The TLS handshake.
    duration handshake{};
    /// From the first byte written to the first byte read.
    duration first_byte{};
    /// From the first byte read to the end of the message.
    duration read{};

    /// Adds each phase of another request.
    phase_times& operator+=(const phase_times& other) noexcept {
        queue += other.queue;
        resolve += other.resolve;
        connect += other.connect;
        handshake += other.handshake;
        first_byte += other.first_byte;
        read += other.read;
        return *this;
    }

    /// Takes each phase of another request away.
    phase_times& operator-=(const phase_times& other) noexcept {
        queue -= other.queue;
        resolve -= other.resolve;
        connect -= other.connect;
        handshake -= other.handshake;
        first_byte -= other.first_byte;
        read -= other.read;
        return *this;
    }

    friend bool operator==(const phase_times&, const phase_times&) = default;
};

} // namespace roomport
