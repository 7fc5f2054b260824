#pragma once

#include <roomport/clock.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace roomport::httpd {

class session;

/// The most that a server has of each thing that is scarce.
class resource_bounds {
public:
    resource_bounds() = default;

    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    /// Open connections.
    std::size_t connections = 16384;
    /// Open connections of one remote address. Behind a proxy all callers have the same one.
    std::size_t connections_per_address = unlimited;
    /// Answers that are held. An eighth of the connections is never held, whatever this says, but for a single one.
    std::size_t holds = 8192;
    /// What all held answers wait for, as many keys as each of them says.
    std::size_t hold_keys = 200'000;
    /// Bytes of requests that are not complete, or that wait behind another.
    std::size_t input_bytes = std::size_t{64} << 20U;
    /// Bytes of answers that wait to be written; what several connections share counts once.
    std::size_t output_bytes = std::size_t{256} << 20U;
};

/// How much is in use, and how often a bound had its effect.
class resource_usage {
public:
    resource_usage() = default;

    std::size_t connections = 0;
    std::size_t holds = 0;
    std::size_t hold_keys = 0;
    std::size_t input_bytes = 0;
    std::size_t output_bytes = 0;

    /// Connections that ended so that another had their place.
    std::uint64_t replaced_connections = 0;
    /// Connections over the bound of their address.
    std::uint64_t surplus_connections = 0;
    std::uint64_t refused_holds = 0;
    /// Connections that ended because too many bytes were being read, or waited to be written.
    std::uint64_t shed_inputs = 0;
    std::uint64_t shed_outputs = 0;
};

/// Decides what is scarce in a server: who may have a place, hold an answer, keep bytes waiting; and who goes first when
/// there is too little. No I/O: it is told what happens, and its owner ends the connections that it names.
///
/// When no place is left, these go, each kind the longest first: what is over the bound of its address, what has had its
/// last answer, what is idle, what sends a request slowly, what reads an answer slowly. None of them goes within the first
/// moments, @ref grace, in which a caller who has something to do would do it; an answer that is held keeps its place. Needs
/// no memory but for addresses and shared bodies; one thread.
class resource_limits {
public:
    /// How long a connection may do anything before it may have to go for another.
    static constexpr duration grace = std::chrono::milliseconds(500);

    /// What a connection does, in the order in which it goes when places are short.
    enum class activity { surplus, lingering, idle, reading, writing, answering };

    /// A connection's part in all this. Leaves by itself when it is destroyed.
    class connection {
    public:
        connection() = default;
        explicit connection(session* who) : owner(who) {}
        connection(const connection&) = delete;
        connection& operator=(const connection&) = delete;
        ~connection();

        /// Whose it is; means nothing to the limits.
        session* const owner = nullptr;

        /// Whether its address has more connections than it may.
        bool is_surplus() const noexcept { return is_surplus_; }

    private:
        friend class resource_limits;
        using hook = boost::intrusive::list_member_hook<
            boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

        resource_limits* limits_ = nullptr;
        boost::asio::ip::address address_;
        activity doing_ = activity::idle;
        time_point since_{};
        bool is_surplus_ = false;
        bool is_counted_by_address_ = false;
        std::size_t held_keys_ = 0;
        std::size_t input_ = 0;
        std::size_t output_ = 0;
        std::shared_ptr<const std::string> shared_output_;
        hook place_;
        hook by_input_;
        hook by_output_;
    };

    explicit resource_limits(resource_bounds bounds);
    resource_limits(const resource_limits&) = delete;
    resource_limits& operator=(const resource_limits&) = delete;
    ~resource_limits() = default;

    const resource_bounds& bounds() const noexcept { return bounds_; }
    const resource_usage& usage() const noexcept { return usage_; }

    /// Whether a newcomer can have a place, if need be another's.
    bool admits(time_point now) const noexcept;

    /// Who has to go before a newcomer comes; null for nobody. Counts it as gone for that.
    connection* make_place(time_point now) noexcept;

    /// A newcomer, idle at first.
    void enter(connection& newcomer, const boost::asio::ip::address& address, time_point now);

    /// A connection has ended. Nothing happens if it had before.
    void leave(connection& which) noexcept;

    /// A connection does something else now. Answering no longer, it holds no answer any more.
    void change(connection& which, activity what, time_point now) noexcept;

    /// How long a connection may be idle that might be for `allowed` while there are places enough: from half of them on
    /// ever less, down to a second.
    duration idle_time(duration allowed) const noexcept;

    /// Claims a place for a held answer. @param keys what it waits for. @return whether there is one.
    bool hold(connection& which, std::size_t keys) noexcept;

    /// How many answers can be held at most.
    std::size_t most_holds() const noexcept;

    /// How many bytes of requests a connection keeps now. @see over_input
    void set_input(connection& which, std::size_t bytes) noexcept;

    /// How many bytes of an answer a connection keeps now, and what it shares of it. @see over_output
    /// @throws std::bad_alloc with nothing changed.
    void set_output(connection& which, std::size_t bytes,
                    std::shared_ptr<const std::string> shared);
    void clear_output(connection& which) noexcept;

    /// Who has kept bytes of a request the longest, when there are too many of all; null when there are not. Counts it as
    /// shed: it has to give them up.
    connection* over_input() noexcept;

    /// Who has been reading its answer the longest, when too many bytes wait to be written; null when they do not. Counts
    /// it as shed: it has to end.
    connection* over_output() noexcept;

private:
    template <auto Hook>
    using list =
        boost::intrusive::list<connection,
                               boost::intrusive::member_hook<connection, connection::hook, Hook>,
                               boost::intrusive::constant_time_size<false>>;

    static constexpr std::size_t kinds = static_cast<std::size_t>(activity::answering);

    void give_up_hold(connection& which) noexcept;

    resource_bounds bounds_;
    resource_usage usage_;
    std::map<boost::asio::ip::address, std::size_t> by_address_;
    std::unordered_map<const std::string*, std::size_t> shared_bodies_;
    std::array<list<&connection::place_>, kinds> places_;
    list<&connection::by_input_> inputs_;
    list<&connection::by_output_> outputs_;
};

} // namespace roomport::httpd
