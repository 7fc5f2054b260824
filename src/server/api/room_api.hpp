#pragma once

#include "httpd/router.hpp"
#include "httpd/server.hpp"
#include "program/token_check.hpp"
#include "server/api/held_answers.hpp"
#include "server/api/lobby_list.hpp"
#include "server/api/model_views.hpp"
#include "server/api/player_tokens.hpp"
#include "server/rooms/room_registry.hpp"

#include <roomport/hathora/operation.hpp>
#include <roomport/secret.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// What the API says of the service itself.
class api_settings {
public:
    api_settings() = default;
    std::string app_id;
    secret token;
    /// What the tokens of players are signed with.
    secret app_secret;
    /// Where players find every port.
    std::string advertised_host;
    /// The service's own port.
    std::uint16_t port = 0;
    /// How many lobbies players may create.
    lobby_bounds lobbies;
    /// How long the token of a player's login is good.
    duration player_token_lifetime = std::chrono::hours(24 * 30);
};

/// The operations of the API over HTTP: from request to registry and back. Routes, methods, authentication and statuses
/// come from the descriptions that the client is built from, too.
class room_api {
public:
    /// The longest hold, as announced by `Roomport-Wait`.
    static constexpr std::chrono::seconds longest_hold{25};

    /// How long a create waits for an orchestrator to accept or refuse it.
    static constexpr std::chrono::seconds longest_create_hold{1};

    /// The most rooms of one request, as announced by `Roomport-Batch`: ids of full length fit well into the head of a
    /// request.
    static constexpr std::size_t largest_batch = 200;

    /// @param changed called when the registry may have something to be done.
    room_api(boost::asio::io_context& context, api_settings settings, room_registry& registry,
             std::function<void()> changed);
    room_api(const room_api&) = delete;
    room_api& operator=(const room_api&) = delete;
    ~room_api() = default;

    void handle(httpd::request received, const std::shared_ptr<httpd::responder>& responder);

    /// What is said of a request before its body has come: who may not call is told so, and no body may be larger than
    /// what its operation can use.
    httpd::admission admit(const httpd::request& head) const;

    /// Gives the held answers about a room, unless they would still say `starting`.
    void room_changed(const std::string& room_id);

    /// Gives all held answers as they are; from now on every request is answered 503.
    void stop();

private:
    class call;
    using handler = void (room_api::*)(call&);

    class route {
    public:
        route() = default;
        hathora::operation_description operation;
        handler run = nullptr;
    };

    void add_route(const hathora::operation_description& operation, handler run);
    void add_routes();

    bool is_authorized(call& current) const;
    /// The answer to a request that no operation is called for; nothing when there is one.
    std::optional<httpd::response> misdirected(const httpd::request& received,
                                               const httpd::router::result& found) const;
    bool refuse_without_descriptors(call& current);
    void refuse_not_offered(call& current);

    /// Answers a create once it is known whether the room comes to be, which for an orchestrator's takes a while; at the
    /// latest after @ref longest_create_hold.
    void answer_created(call& current, const std::string& room_id,
                        std::function<httpd::response()> make_answer);
    httpd::response created_answer(const std::string& room_id, const std::string& process_id,
                                   const std::function<httpd::response()>& make_answer);

    /// The room, process or processes that a request asks for; null or nothing when it was answered with an error.
    const room_record* make_room(call& current);
    const room_record* find_room(call& current);
    std::string no_such_room(const std::string& room_id) const;
    const process_record* make_process(call& current);
    const process_record* find_process(call& current);
    std::optional<std::vector<const process_record*>> find_latest_processes(call& current);

    void create_room(call& current);
    void create_room_v1(call& current);
    void get_room_info(call& current);
    void get_connection_info(call& current);
    void get_connection_info_v1(call& current);
    void get_connection_infos(call& current);
    void destroy_room(call& current);
    void update_room_config(call& current);
    void get_active_rooms(call& current);
    void get_inactive_rooms(call& current);
    void get_running_processes(call& current);
    void get_stopped_processes(call& current);
    void get_process_info(call& current);
    void get_latest_processes(call& current);
    void get_latest_processes_v2(call& current);
    void get_processes_count(call& current);
    void create_process(call& current);
    void create_process_v2(call& current);
    void get_process(call& current);
    void get_process_v2(call& current);
    void stop_process(call& current);
    void get_ping_endpoints(call& current);
    void login_anonymous(call& current);
    void login_nickname(call& current);
    void create_lobby(call& current);
    void get_lobby_by_room_id(call& current);
    void get_lobby_by_short_code(call& current);
    void list_public_lobbies(call& current);

    httpd::response connection_info_answer(const std::string& room_id) const;
    httpd::response connection_infos_answer(const std::vector<std::string>& room_ids) const;
    bool is_starting(const std::string& room_id) const;

    api_settings settings_;
    program::token_check token_;
    player_tokens players_;
    room_registry& registry_;
    lobby_list lobbies_;
    model_views views_;
    boost::asio::io_context& context_;
    held_answers held_;
    held_answers held_creates_;
    std::function<void()> changed_;
    httpd::router router_;
    std::vector<route> routes_;
    bool stopping_ = false;
};

} // namespace roomport::server
