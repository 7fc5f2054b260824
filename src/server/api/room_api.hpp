#pragma once

#include "httpd/router.hpp"
#include "httpd/server.hpp"
#include "server/api/api_handlers.hpp"
#include "server/api/api_state.hpp"

#include <roomport/hathora/operation.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace roomport::server {

/// The operations of the API over HTTP: from request to registry and back. Routes, methods, authentication and statuses
/// come from the descriptions that the client is built from, too.
class room_api {
public:
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
    /// @param who set to the player who asks, where the operation needs one.
    bool is_authorized(const hathora::operation_description& operation,
                       const httpd::request& received, std::optional<player>& who) const;
    /// The answer to a request that no operation is called for; nothing when there is one.
    std::optional<httpd::response> misdirected(const httpd::request& received,
                                               const httpd::router::result& found) const;

    api_state state_;
    httpd::router router_;
    std::vector<answered_operation> operations_;
    bool stopping_ = false;
};

} // namespace roomport::server
