#pragma once

#include "server/launcher/port_probe.hpp"
#include "server/rooms/ports.hpp"

#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// What follows from a look at the ports of a game server.
class port_verdict {
public:
    port_verdict() = default;

    /// Players reach its main port, and no stranger has another one.
    bool is_ready = false;

    /// Something bad was seen that is not believed yet: look again soon.
    bool is_doubtful = false;

    /// A stranger has a port: which one, and who.
    std::optional<std::string> taken;

    /// What the owner of the service should know, a sentence each; each once.
    std::vector<std::string> told;
};

/// Judges the ports of one game server by what is seen of them. A plain state machine: it looks at nothing itself.
///
/// One look may fall between two moves of a game server, which binds a second address or passes a socket on, so bad news is
/// believed when it was seen several times in a row.
class port_judge {
public:
    /// @param ports the main one first.
    port_judge(std::vector<allocated_port> ports, const advertised_addresses& advertised,
               std::string advertised_host);

    const std::vector<allocated_port>& ports() const noexcept { return ports_; }

    /// Takes notice of a look while the game server starts.
    /// @param seen of each port, in their order.
    port_verdict judge_starting(const std::vector<port_sight>& seen);

    /// Takes notice of a look after it was found ready: nobody is stopped any more, only told.
    port_verdict judge_ready(const std::vector<port_sight>& seen);

private:
    class history {
    public:
        history() = default;
        /// Looks in a row.
        int as_taken = 0;
        int as_elsewhere = 0;
        bool is_taken_told = false;
        bool is_elsewhere_told = false;
    };

    void remember(const std::vector<port_sight>& seen);
    std::string name(std::size_t index) const;
    void tell_elsewhere(const std::vector<port_sight>& seen, std::vector<std::string>& told);
    bool is_doubtful() const;

    std::vector<allocated_port> ports_;
    std::vector<history> histories_;
    std::string advertised_host_;
    std::string advice_;
};

} // namespace roomport::server
