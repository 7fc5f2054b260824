#pragma once

#include <roomport/clock.hpp>
#include <roomport/model/transport_type.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// A port that every game server gets: a name and how packets reach it.
class port_declaration {
public:
    port_declaration() = default;
    port_declaration(std::string port_name, transport_type type)
        : name(std::move(port_name)), transport(type) {}

    std::string name = "default";
    transport_type transport = transport_type::udp;
};

/// A declared port with the number it got.
class allocated_port {
public:
    allocated_port() = default;
    allocated_port(port_declaration declaration, std::uint16_t port)
        : declared(std::move(declaration)), number(port) {}

    port_declaration declared;
    std::uint16_t number = 0;
    /// Where players reach it; empty: where they reach every port.
    std::string host;
};

/// Ports from `first` to `last`, both included.
class port_range {
public:
    port_range() = default;
    port_range(std::uint16_t lowest, std::uint16_t highest) : first(lowest), last(highest) {}

    std::uint16_t first = 27000;
    std::uint16_t last = 28999;
};

/// Reads "27000-28999" or "27000". @return what is wrong with it otherwise.
boost::system::result<port_range, std::string> parse_port_range(std::string_view text);

/// The environment variable in which a game server finds the port of a name: `HATHORA_DEBUG_PORT`.
std::string port_variable(std::string_view name);

/// Reads "default:udp,debug:tcp": one to three ports, exactly one of them named `default`, no two with the same
/// variable.
/// @return what is wrong with it otherwise.
boost::system::result<std::vector<port_declaration>, std::string>
parse_port_declarations(std::string_view text);

/// Who else may have a port.
class port_source {
public:
    port_source() = default;
    port_source(const port_source&) = delete;
    port_source& operator=(const port_source&) = delete;
    virtual ~port_source() = default;

    /// Takes a port, unless somebody else has it.
    virtual bool take(transport_type transport, std::uint16_t port) = 0;

    /// Lets others have a port that was taken.
    virtual void give_back(std::uint16_t port) = 0;

    /// Whether a port that was taken is still bound by nobody.
    virtual bool is_free(transport_type transport, std::uint16_t port) const = 0;

    /// Whether one port may be given to several processes when no other is left.
    virtual bool may_repeat() const { return false; }
};

/// The ports of nobody, as many as are asked for: for processes that bind none.
class unbound_ports final : public port_source {
public:
    unbound_ports() = default;
    bool take(transport_type /*transport*/, std::uint16_t /*port*/) override { return true; }
    void give_back(std::uint16_t /*port*/) override {}
    bool is_free(transport_type /*transport*/, std::uint16_t /*port*/) const override {
        return true;
    }
    bool may_repeat() const override { return true; }
};

/// Gives out the ports of a range in turn. A port that comes back rests before it is given out again, so that packets
/// for the old game do not reach a new one.
class port_allocator {
public:
    port_allocator(port_range range, duration rest, std::shared_ptr<port_source> source);

    /// The next port, or nothing when all are in use, resting, or in the hands of others. Where ports may be repeated there is
    /// always one; somebody else's only when no other is left.
    std::optional<std::uint16_t> allocate(transport_type transport, time_point now);

    /// Gives a port back, as often as it was allocated.
    void release(std::uint16_t port, time_point now);

    /// Whether nobody has bound a port that was allocated.
    bool is_free(transport_type transport, std::uint16_t port) const {
        return source_->is_free(transport, port);
    }

private:
    class resting {
    public:
        resting(std::uint16_t number, time_point end) : port(number), until(end) {}
        std::uint16_t port;
        time_point until;
    };

    std::uint16_t next();

    port_range range_;
    duration rest_;
    std::shared_ptr<port_source> source_;
    std::vector<bool> unavailable_;
    std::size_t available_;
    std::deque<resting> resting_;
    /// How many have a port beside the first.
    std::unordered_map<std::uint16_t, std::size_t> repeated_;
    std::size_t cursor_ = 0;
};

} // namespace roomport::server
