#pragma once

#include "httpd/message.hpp"
#include "httpd/server.hpp"
#include "poller/log.hpp"
#include "poller/metrics.hpp"
#include "poller/room_table.hpp"

#include "httpd/handler_memory.hpp"

#include <roomport/client/client.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomport::poller {

/// Waits for rooms through a client and answers callers about them. What is to happen is decided by a `room_table`.
/// One thread.
class waiting_rooms {
public:
    /// Told of each room that is ready, with its JSON object.
    using printer = std::function<void(std::string_view)>;

    /// @throws boost::system::system_error when the client's options can't be used.
    waiting_rooms(boost::asio::io_context& context, client_options client, wait_options defaults,
                  std::size_t most_rooms, log& log, metrics& metrics, printer print);
    waiting_rooms(const waiting_rooms&) = delete;
    waiting_rooms& operator=(const waiting_rooms&) = delete;

    /// Registers a room. @param timeout of its wait; nothing: the default.
    /// @return false when there are as many rooms as may be.
    bool add(std::string_view room, std::optional<duration> timeout);

    /// Forgets a room and gives its wait up. @return false when it is not known.
    bool remove(std::string_view room);

    /// The answer to a question about a room: now, or once it is done, at the latest after a time.
    void answer(const std::string& room, duration patience,
                const std::shared_ptr<httpd::responder>& responder);

    /// The answer to a question about a room now.
    httpd::response now(const std::string& room) const;

    /// Answers all callers with what is known now, gives all waits up, and calls back once nothing is left to do.
    void stop(std::function<void()> done);

    bool is_full() const noexcept { return table_.is_full(); }

    /// When the oldest result makes place for another room.
    duration until_place() const;

    /// Fills in what is known here.
    void describe(metrics_snapshot& to) const;

private:
    class held {
    public:
        held(std::string name, std::shared_ptr<httpd::responder> caller)
            : room(std::move(name)), responder(std::move(caller)) {}

        std::string room;
        std::shared_ptr<httpd::responder> responder;
    };

    void begin(std::string_view room, room_table::ticket number, std::optional<duration> timeout);
    void take(room_table::ticket number, const wait_event& event);
    void ended(const std::string& room, room_table::ticket number, error_code ec,
               const wait_result& result);
    void tell(const std::string& room, error_code ec, const wait_result& result);
    void give(const room_table::holds& released);
    void advance();
    void arm();

    client client_;
    wait_options defaults_;
    log& log_;
    metrics& metrics_;
    printer print_;
    room_table table_;
    boost::asio::steady_timer timer_;
    // The timer's handler keeps it: asio may destroy that later than this.
    std::shared_ptr<httpd::handler_memory> timer_memory_;
    time_point armed_for_ = time_point::max();
    std::unordered_map<room_table::ticket, boost::asio::cancellation_signal> waits_;
    std::unordered_map<room_table::hold, held> held_;
};

} // namespace roomport::poller
