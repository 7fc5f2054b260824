#pragma once

#include "hathora/batch_polls.hpp"
#include "hathora/remembered_token.hpp"
#include "hathora/typed_answer.hpp"

#include <roomport/hathora/operations.hpp>
#include <roomport/http/exchange.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/wait/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::hathora {

class room_poll;

/// Polls that are over and wait to be used again.
using poll_shelf = std::vector<std::shared_ptr<room_poll>>;

/// What is the same for all polls of an observer.
class poll_settings {
public:
    poll_settings() = default;

    boost::asio::any_io_executor strand;
    std::shared_ptr<http::pool> connections;
    /// Told of what answers announce.
    std::shared_ptr<batch_polls> batches;
    /// Not sent, and not shown where a server knows it all the same; null: there is none.
    std::shared_ptr<remembered_token> token;
    /// The request for a room, but for the room's id, with which its target ends.
    http::request request;
    /// Set when no request can be made.
    error_code error;
};

/// One poll of a room by GetConnectionInfo after the other: it keeps all its memory between them.
///
/// On the strand only.
class room_poll final : public http::exchange, public std::enable_shared_from_this<room_poll> {
public:
    /// @param shelf where it goes after each poll.
    room_poll(std::shared_ptr<const poll_settings> settings, std::shared_ptr<poll_shelf> shelf);

    void start(std::string_view key, duration hold, time_point deadline,
               observer::handler_type handler);

    void ended(error_code ec) override;

private:
    class canceller;

    observation seen(error_code ec);
    std::string message() const;

    std::shared_ptr<const poll_settings> settings_;
    std::weak_ptr<poll_shelf> shelf_;
    std::string room_id_;
    std::optional<observer::handler_type> handler_;
    bool held_ = false;
    /// Distinguishes the polls that follow each other.
    std::uint64_t turn_ = 0;
    typed_answer<connection_info_v2> document_{get_connection_info};
};

} // namespace roomport::hathora
