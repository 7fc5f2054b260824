#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace roomport::bench {

/// What every poller is told: NAME=VALUE words on the command line, so that all of them are started alike.
class bench_options {
public:
    bench_options() = default;

    /// Always the host `localhost`.
    std::uint16_t port = 0;
    /// A PEM file with the CA that signed the server's certificate.
    std::string ca_file;
    std::size_t connections = 64;
    /// How long to measure, after the warm-up.
    std::chrono::milliseconds time{3000};
    std::chrono::milliseconds warm_up{500};
    /// Polls a second over all connections; 0: as many as possible.
    std::size_t rate = 0;
    /// Polls that are due within so long begin together; 0: each at its own time.
    std::chrono::milliseconds tick{0};
};

/// @throws std::invalid_argument for a word that is not understood.
bench_options read_options(int count, char** words);

/// The path of the room of that number.
std::string path_of(std::size_t room);

/// Thirteen characters.
std::string room_id(std::size_t room);

/// CPU time of this process and the number of polls between two points in time, told on standard output as
/// `polls=N seconds=S user=S system=S`.
class measurement {
public:
    measurement() = default;

    void begin(std::uint64_t polls);
    void end(std::uint64_t polls) const;

private:
    std::uint64_t polls_ = 0;
    double user_ = 0;
    double system_ = 0;
    std::chrono::steady_clock::time_point began_{};
};

} // namespace roomport::bench
