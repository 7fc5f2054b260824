#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace roomport::test {

/// `roomport serve` as a process of its own, on a port of its own, with a state folder that goes with it.
class room_service_process {
public:
    /// Starts the service and waits until it listens.
    /// @param options further options of `serve`, such as `--simulate` with its value.
    /// @throws std::runtime_error when it does not start.
    explicit room_service_process(const std::vector<std::string>& options);
    room_service_process(const room_service_process&) = delete;
    room_service_process& operator=(const room_service_process&) = delete;

    /// Stops the service by SIGTERM and waits for its end.
    ~room_service_process();

    const std::string& url() const noexcept { return url_; }
    std::string ca_file() const { return (folder_ / "ca.pem").string(); }
    std::string token_file() const { return (folder_ / "token").string(); }

private:
    void spawn(const std::vector<std::string>& options);

    std::filesystem::path folder_;
    std::string url_;
    pid_t process_ = -1;
};

} // namespace roomport::test
