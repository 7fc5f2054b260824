#pragma once

#include "program/descriptor.hpp"
#include "server/rooms/ports.hpp"

#include <unordered_map>

namespace roomport::server {

/// The ports of this machine.
///
/// A game server binds its port a while after it was told which one. Until then nothing shows that the port is spoken for, so
/// each port is claimed under a name that all room services of the machine know: two of them with the same range never
/// give one port to two games. A claim ends with the process that made it.
class machine_ports final : public port_source {
public:
    machine_ports() = default;
    bool take(transport_type transport, std::uint16_t port) override;
    void give_back(std::uint16_t port) override;
    bool is_free(transport_type transport, std::uint16_t port) const override;

private:
    std::unordered_map<std::uint16_t, program::descriptor> claims_;
};

} // namespace roomport::server
