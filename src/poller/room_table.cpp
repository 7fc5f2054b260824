#include "poller/room_table.hpp"

#include <algorithm>
#include <utility>

namespace roomport::poller {

room_table::room_table(std::size_t most_rooms, duration keep_results)
    : most_rooms_(most_rooms), keep_results_(keep_results) {}

room_table::registration room_table::add(std::string_view name, time_point now) {
    registration answer;
    auto found = rooms_.find(name);
    if (found != rooms_.end() && !found->second.result) {
        answer.what = registration::kind::joined;
        answer.number = found->second.number;
        return answer;
    }
    if (found == rooms_.end()) {
        if (is_full()) {
            return answer;
        }
        found = rooms_.emplace(std::string(name), room()).first;
    } else {
        forget_result(found->second);
        found->second = room();
    }
    found->second.number = ++last_ticket_;
    found->second.since = now;
    answer.what = registration::kind::begun;
    answer.number = last_ticket_;
    return answer;
}

void room_table::note(std::string_view name, ticket number, std::string_view status,
                      unsigned polls) {
    if (auto* const wait = find_wait(name, number)) {
        wait->last_status = status;
        wait->polls = polls;
    }
}

std::optional<room_table::holds> room_table::finish(std::string_view name, ticket number,
                                                    room_result result, time_point now) {
    auto* const wait = find_wait(name, number);
    if (wait == nullptr) {
        return std::nullopt;
    }
    const auto expiry = now + keep_results_;
    expiries_.emplace(std::pair(expiry, number), std::string(name));
    wait->result = std::move(result);
    wait->expiry = expiry;
    return release(*wait);
}

room_table::holds room_table::abandon(std::string_view name, ticket number) {
    return find_wait(name, number) != nullptr ? remove(name).released : holds();
}

room_table::removal room_table::remove(std::string_view name) {
    removal answer;
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) {
        return answer;
    }
    answer.known = true;
    auto& known = found->second;
    if (known.result) {
        forget_result(known);
    } else {
        answer.abandoned = known.number;
        answer.released = release(known);
    }
    rooms_.erase(found);
    return answer;
}

std::optional<room_view> room_table::find(std::string_view name) const {
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) {
        return std::nullopt;
    }
    const auto& known = found->second;
    room_view view;
    view.since = known.since;
    view.last_status = known.last_status;
    view.polls = known.polls;
    view.result = known.result ? &*known.result : nullptr;
    return view;
}

room_table::hold room_table::hold_answer(std::string_view name, time_point until) {
    auto& owner = rooms_.find(name)->second;
    const hold number = ++last_hold_;
    held_answer held;
    held.owner = &owner;
    held.until = until;
    holds_.emplace(number, held);
    try {
        hold_ends_.emplace(until, number);
        owner.held.insert(number);
    } catch (...) {
        drop(number);
        throw;
    }
    return number;
}

void room_table::drop(hold number) {
    const auto found = holds_.find(number);
    if (found == holds_.end()) {
        return;
    }
    found->second.owner->held.erase(number);
    hold_ends_.erase({found->second.until, number});
    holds_.erase(found);
}

room_table::holds room_table::advance(time_point now) {
    while (!expiries_.empty() && expiries_.begin()->first.first <= now) {
        rooms_.erase(expiries_.begin()->second);
        expiries_.erase(expiries_.begin());
    }
    return release_until(now);
}

room_table::holds room_table::release_all() {
    return release_until(time_point::max());
}

room_table::holds room_table::release_until(time_point now) {
    holds due;
    while (!hold_ends_.empty() && hold_ends_.begin()->first <= now) {
        const hold number = hold_ends_.begin()->second;
        due.insert(holds_.find(number)->second.owner->held.extract(number));
        drop(number);
    }
    return due;
}

time_point room_table::next_due() const {
    const auto hold_end = hold_ends_.empty() ? time_point::max() : hold_ends_.begin()->first;
    return std::min(next_expiry(), hold_end);
}

time_point room_table::next_expiry() const {
    return expiries_.empty() ? time_point::max() : expiries_.begin()->first.first;
}

room_table::room* room_table::find_wait(std::string_view name, ticket number) {
    const auto found = rooms_.find(name);
    const bool is_current =
        found != rooms_.end() && found->second.number == number && !found->second.result;
    return is_current ? &found->second : nullptr;
}

room_table::holds room_table::release(room& of) {
    holds all;
    all.swap(of.held);
    std::for_each(all.begin(), all.end(), [this](hold number) { drop(number); });
    return all;
}

void room_table::forget_result(room& of) {
    expiries_.erase({of.expiry, of.number});
    of.result.reset();
}

} // namespace roomport::poller
