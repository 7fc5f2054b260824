#pragma once

#include "httpd/router.hpp"
#include "httpd/server.hpp"
#include "poller/metrics.hpp"
#include "poller/waiting_rooms.hpp"
#include "program/token_check.hpp"

#include <roomport/secret.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace roomport::poller {

/// The daemon's HTTP interface: reads requests, refuses what makes no sense, has the others answered.
class http_front {
public:
    /// Gives everything that `/metrics` tells.
    using metrics_source = std::function<metrics_snapshot()>;

    http_front(waiting_rooms& rooms, metrics& metrics, log& log, metrics_source snapshot);

    /// Callers must send this token from now on; nothing: none is asked for.
    void require_token(const std::optional<secret>& token);

    /// No more rooms are taken, and `/readyz` says so.
    void drain() { draining_ = true; }

    /// The answer to what is no request.
    httpd::response refuse(int status, std::string_view why);

    /// Answers a request, now or later.
    void handle(httpd::request received, std::shared_ptr<httpd::responder> responder);

private:
    void answer(std::size_t route, const std::string& room, const httpd::request& received,
                const std::shared_ptr<httpd::responder>& responder);
    httpd::response add_room(const httpd::request& received);
    std::optional<httpd::response> refuse_stranger(std::size_t route,
                                                   const httpd::request& received) const;

    waiting_rooms& rooms_;
    metrics& metrics_;
    log& log_;
    metrics_source snapshot_;
    httpd::router router_;
    std::optional<program::token_check> token_;
    bool draining_ = false;
};

} // namespace roomport::poller
