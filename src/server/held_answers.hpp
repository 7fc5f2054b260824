#pragma once

#include "httpd/server.hpp"

#include <roomport/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace roomport::server {

/// Answers that wait for a room to change. Each is given exactly once: when it is released, when its time is over, or
/// not at all when its caller leaves.
class held_answers {
public:
    /// Makes the answer about a room, as it is now.
    using answer_maker = std::function<httpd::response(const std::string& room_id)>;

    held_answers(boost::asio::io_context& context, answer_maker make_answer);
    held_answers(const held_answers&) = delete;
    held_answers& operator=(const held_answers&) = delete;
    ~held_answers() = default;

    /// Holds an answer for at most `patience`.
    void hold(const std::string& room_id, std::shared_ptr<httpd::exchange> exchange,
              duration patience);

    /// Gives all answers about one room.
    void release(const std::string& room_id);

    /// Gives all answers.
    void release_all();

    std::size_t size() const noexcept { return holds_.size(); }

private:
    class hold_entry;
    using table = std::unordered_multimap<std::string, std::shared_ptr<hold_entry>>;

    bool take(const std::string& room_id, const hold_entry* which);
    void give(table::iterator first, table::iterator last);

    boost::asio::io_context& context_;
    answer_maker make_answer_;
    table holds_;
};

} // namespace roomport::server
