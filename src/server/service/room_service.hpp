#pragma once

#include "server/api/room_api.hpp"
#include "server/rooms/provider.hpp"
#include "server/rooms/room_registry.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace roomport::server {

/// Registry, API and provider joined: what the one decides, the others carry out. One thread.
class room_service {
public:
    using logger = std::function<void(const std::string&)>;

    room_service(boost::asio::io_context& context, registry_options registry,
                 std::shared_ptr<port_source> ports, api_settings api, provider& source,
                 logger log);
    room_service(const room_service&) = delete;
    room_service& operator=(const room_service&) = delete;
    ~room_service() = default;

    /// Answers a request.
    void handle(httpd::request received, std::shared_ptr<httpd::responder> responder);

    /// Puts a room back that is in the hands of a remote provider already. @return the id of its process.
    std::string restore_room(const std::string& region, const std::string& room_id,
                             const std::string& config);

    /// What is said of a request before its body has come.
    httpd::admission admit(const httpd::request& head) const { return api_.admit(head); }

    /// Gives all held answers, takes no more requests and stops all processes.
    void stop();

    /// Stops all processes that still run without grace.
    void stop_at_once();

    /// How many living rooms are active, and how many are starting.
    std::pair<std::size_t, std::size_t> count_rooms() const;

    /// Whether every process has ended.
    bool is_empty() const { return provider_.list().empty(); }

private:
    void on_event(const process_event& event);
    void carry_out();
    void arm();

    room_registry registry_;
    provider& provider_;
    logger log_;
    room_api api_;
    boost::asio::steady_timer timer_;
    time_point armed_for_ = time_point::max();
};

} // namespace roomport::server
