#include "server/api/held_answers.hpp"

#include <roomport/error.hpp>

#include <utility>

namespace roomport::server {

class held_answers::held_answer {
public:
    held_answer(boost::asio::io_context& context, answer_maker maker,
                std::shared_ptr<httpd::responder> caller)
        : make_answer(std::move(maker)), responder(std::move(caller)), timer(context) {}

    answer_maker make_answer;
    std::shared_ptr<httpd::responder> responder;
    boost::asio::steady_timer timer;
    std::vector<watch> watches;
    bool is_settling = false;
};

held_answers::held_answers(boost::asio::io_context& context)
    : context_(context), settled_(context), next_portion_(context) {}

held_answers::~held_answers() {
    for (auto& [id, room] : rooms_) {
        room.watches.clear();
    }
}

bool held_answers::hold(const std::vector<std::string>& room_ids, answer_maker make_answer,
                        std::shared_ptr<httpd::responder> responder, duration patience) {
    if (!responder->hold(room_ids.size())) {
        return false;
    }
    const auto answer = std::make_shared<held_answer>(context_, std::move(make_answer), responder);
    answers_.emplace(answer.get(), answer);
    answer->watches = std::vector<watch>(room_ids.size());
    for (std::size_t index = 0; index < room_ids.size(); ++index) {
        const auto found = rooms_.try_emplace(room_ids[index]).first;
        found->second.id = &found->first;
        auto& one = answer->watches[index];
        one.answer = answer.get();
        one.room = &found->second;
        found->second.watches.push_back(one);
    }
    answer->timer.expires_after(patience);
    answer->timer.async_wait([this, answer](error_code ec) {
        if (!ec) {
            give(answer);
        }
    });
    // By its address alone: the responder keeps this callback, so it must not keep the responder.
    responder->on_abandoned([this, which = answer.get()] {
        const auto found = answers_.find(which);
        if (found != answers_.end()) {
            const auto last = found->second;
            forget(*last);
        }
    });
    return true;
}

void held_answers::release(const std::string& room_id) {
    const auto found = rooms_.find(room_id);
    if (found == rooms_.end()) {
        return;
    }
    const bool nothing_settles = settling_.empty();
    for (const auto& one : found->second.watches) {
        auto& answer = *one.answer;
        if (answer.watches.size() == 1) {
            if (!std::exchange(answer.is_settling, true)) {
                due_.push_back(answers_.at(&answer));
            }
        } else if (!std::exchange(answer.is_settling, true)) {
            settling_.push_back(answers_.at(&answer));
        }
    }
    if (!is_portion_pending_) {
        give_due();
    }
    if (nothing_settles && !settling_.empty()) {
        settled_.expires_after(settling_time);
        settled_.async_wait([this](error_code ec) {
            if (!ec) {
                give_settled();
            }
        });
    }
}

void held_answers::release_all() {
    while (!answers_.empty()) {
        give(answers_.begin()->second);
    }
}

void held_answers::give_settled() {
    due_.insert(due_.end(), settling_.begin(), settling_.end());
    settling_.clear();
    if (!is_portion_pending_) {
        give_due();
    }
}

void held_answers::give_due() {
    if (due_.size() > portion) {
        give_later();
    }
    for (std::size_t given = 0; given < portion && !due_.empty(); ++given) {
        auto answer = due_.front().lock();
        due_.pop_front();
        if (answer) {
            give(std::move(answer));
        }
    }
}

void held_answers::give_later() {
    next_portion_.expires_after(duration::zero());
    next_portion_.async_wait([this](error_code ec) {
        if (!ec) {
            is_portion_pending_ = false;
            give_due();
        }
    });
    is_portion_pending_ = true;
}

void held_answers::give(std::shared_ptr<held_answer> answer) {
    if (answers_.count(answer.get()) == 0) {
        return;
    }
    forget(*answer);
    answer->responder->send(answer->make_answer());
}

void held_answers::forget(held_answer& answer) {
    for (auto& one : answer.watches) {
        auto& room = *one.room;
        room.watches.erase(room.watches.iterator_to(one));
        if (room.watches.empty()) {
            rooms_.erase(rooms_.find(*room.id));
        }
    }
    answer.timer.cancel();
    answers_.erase(&answer);
}

} // namespace roomport::server
