#include "server/held_answers.hpp"

#include <roomport/error.hpp>

#include <algorithm>
#include <vector>

namespace roomport::server {

class held_answers::hold_entry {
public:
    hold_entry(boost::asio::io_context& context, std::string room,
               std::shared_ptr<httpd::exchange> held)
        : room_id(std::move(room)), exchange(std::move(held)), timer(context) {}

    std::string room_id;
    std::shared_ptr<httpd::exchange> exchange;
    boost::asio::steady_timer timer;
};

held_answers::held_answers(boost::asio::io_context& context, answer_maker make_answer)
    : context_(context), make_answer_(std::move(make_answer)) {}

void held_answers::hold(const std::string& room_id, std::shared_ptr<httpd::exchange> exchange,
                        duration patience) {
    const auto entry = std::make_shared<hold_entry>(context_, room_id, exchange);
    holds_.emplace(room_id, entry);
    const auto* which = entry.get();
    entry->timer.expires_after(patience);
    entry->timer.async_wait([this, entry](error_code ec) {
        if (!ec && take(entry->room_id, entry.get())) {
            entry->exchange->send(make_answer_(entry->room_id));
        }
    });
    // By its address alone: the exchange keeps this callback, so it must not keep the exchange.
    exchange->on_abandoned([this, room_id, which] { take(room_id, which); });
}

void held_answers::release(const std::string& room_id) {
    const auto [first, last] = holds_.equal_range(room_id);
    give(first, last);
}

void held_answers::release_all() {
    give(holds_.begin(), holds_.end());
}

bool held_answers::take(const std::string& room_id, const hold_entry* which) {
    const auto [first, last] = holds_.equal_range(room_id);
    const auto found =
        std::find_if(first, last, [which](const auto& each) { return each.second.get() == which; });
    if (found == last) {
        return false;
    }
    const auto taken = std::move(found->second);
    holds_.erase(found);
    taken->timer.cancel();
    return true;
}

void held_answers::give(table::iterator first, table::iterator last) {
    std::vector<std::shared_ptr<hold_entry>> given;
    for (auto each = first; each != last; ++each) {
        given.push_back(each->second);
    }
    holds_.erase(first, last);
    for (const auto& entry : given) {
        entry->timer.cancel();
        entry->exchange->send(make_answer_(entry->room_id));
    }
}

} // namespace roomport::server
