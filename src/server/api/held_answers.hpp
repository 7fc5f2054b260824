#pragma once

#include "httpd/server.hpp"

#include <roomport/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// Answers that wait for one of their rooms to change. Each is given exactly once: when it is released, when its time is
/// over, or not at all when its caller leaves.
///
/// A change costs as much as there are answers about that room, whatever else is held. Many answers are given in portions,
/// with everything else that is to be done in between.
class held_answers {
public:
    /// Makes the answer, as it is when it is given.
    using answer_maker = std::function<httpd::response()>;

    /// How long an answer about many rooms waits after the first of them has changed, for others that change together
    /// with it. Each such answer makes its caller ask again about all the others, which costs more than so little waiting.
    static constexpr duration settling_time = std::chrono::milliseconds(20);

    /// How many answers are given in one go.
    static constexpr std::size_t portion = 32;

    explicit held_answers(boost::asio::io_context& context);
    held_answers(const held_answers&) = delete;
    held_answers& operator=(const held_answers&) = delete;
    ~held_answers();

    /// Holds an answer about some rooms, no room twice, for at most `patience`; unless no more may be held, which the caller
    /// is told.
    /// @return whether it is held.
    bool hold(const std::vector<std::string>& room_ids, answer_maker make_answer,
              std::shared_ptr<httpd::responder> responder, duration patience);

    /// Gives all answers about one room: those about it alone from now on, the others after the settling time.
    void release(const std::string& room_id);

    /// Gives all answers now.
    void release_all();

private:
    class held_answer;
    class watched_room;

    class watch : public boost::intrusive::list_base_hook<> {
    public:
        watch() = default;
        held_answer* answer = nullptr;
        watched_room* room = nullptr;
    };

    class watched_room {
    public:
        watched_room() = default;
        /// Points at the key in the table.
        const std::string* id = nullptr;
        boost::intrusive::list<watch> watches;
    };

    void give(std::shared_ptr<held_answer> answer);
    void forget(held_answer& answer);
    void give_settled();
    void give_due();
    void give_later();

    boost::asio::io_context& context_;
    std::unordered_map<std::string, watched_room> rooms_;
    std::unordered_map<const held_answer*, std::shared_ptr<held_answer>> answers_;
    std::vector<std::weak_ptr<held_answer>> settling_;
    boost::asio::steady_timer settled_;
    std::deque<std::weak_ptr<held_answer>> due_;
    boost::asio::steady_timer next_portion_;
    bool is_portion_pending_ = false;
};

} // namespace roomport::server
