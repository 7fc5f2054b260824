// The half of the world that is the line: looks on their way to the server and back.

#include "sim/world.hpp"

#include <boost/asio/error.hpp>

#include <charconv>
#include <utility>

namespace roomport::sim {
namespace {

using namespace std::chrono_literals;

// A cancelled look ends within this time.
constexpr duration cancelling_takes = 20ms;

} // namespace

batch_terms world::terms() {
    batch_terms now;
    now.most = options_.batch;
    now.hold_limit = options_.holds_batches ? options_.hold_limit : duration::zero();
    return now;
}

void world::start_look(wait_detail::look_id id, std::string_view key, duration hold,
                       time_point deadline) {
    const std::string_view keys[] = {key};
    open_look(id, keys, hold, deadline).is_batch = false;
}

void world::start_batch_look(wait_detail::look_id id, std::span<const std::string_view> keys,
                             duration hold, time_point deadline) {
    if (keys.size() < terms().least || keys.size() > terms().most) {
        inspector_.blame(now_, "a batch is smaller or larger than the server takes");
    }
    open_look(id, keys, hold, deadline).is_batch = true;
}

world::simulated_look& world::open_look(wait_detail::look_id id,
                                        std::span<const std::string_view> keys, duration hold,
                                        time_point deadline) {
    if (looks_.size() <= id) {
        looks_.resize(id + 1);
    }
    simulated_look& look = looks_[id];
    if (look.under_way) {
        inspector_.blame(now_, "a look's number is used twice");
    }
    ++look.generation;
    look.under_way = true;
    look.is_cancelled = false;
    look.hold = hold;
    look.keys.clear();
    for (const auto key : keys) {
        std::uint32_t room = 0;
        std::from_chars(key.data(), key.data() + key.size(), room);
        look.keys.push_back(room);
    }
    inspector_.look_begins(id, look.keys, hold > 0s, deadline, now_);
    note(hold > 0s ? "hold" : "look", look.keys.front());

    const auto second = static_cast<std::size_t>((now_ - begin_) / 1s);
    if (report_.polls_by_second.size() <= second) {
        report_.polls_by_second.resize(second + 1);
    }
    ++report_.polls_by_second[second];
    ++report_.polls;
    report_.rooms_asked += look.keys.size();
    events_.add(now_ + way(), event::kind::request, id, look.generation);
    events_.add(deadline, event::kind::give_up, id, look.generation);
    return look;
}

duration world::way() {
    return options_.latency / 2 + random_.up_to(options_.jitter);
}

void world::receive(simulated_look& look, wait_detail::look_id id) {
    look.kind = server_.receive(now_);
    const time_point until =
        look.kind == answer_kind::told ? server_.holds_until(look.keys, look.hold, now_) : now_;
    if (until > now_) {
        events_.add(until, event::kind::release, id, look.generation);
    } else {
        release(look, id);
    }
}

void world::release(simulated_look& look, wait_detail::look_id id) {
    if (look.kind == answer_kind::none) {
        return;
    }
    look.answer = batch_observation();
    if (look.kind != answer_kind::told) {
        look.answer.whole = server_.refuse(look.kind, now_);
    } else if (look.is_batch) {
        look.answer.whole.state = observed_state::starting;
        look.answer.whole.http_status = 200;
        for (const auto room : look.keys) {
            look.answer.keys.emplace_back();
            if (!server_.leaves_out()) {
                look.answer.keys.back() = server_.tell(room, now_);
            }
        }
    } else {
        look.answer.whole = server_.tell(look.keys.front(), now_);
    }
    look.answer.whole.held = look.hold > 0s;
    events_.add(now_ + way(), event::kind::answer, id, look.generation);
}

void world::deliver(simulated_look& look, wait_detail::look_id id) {
    look.under_way = false;
    inspector_.look_ends(id);
    const observation& whole = look.answer.whole;
    if (whole.not_before) {
        inspector_.floor_is_told(*whole.not_before);
    }
    for (std::size_t place = 0; place < look.keys.size(); ++place) {
        const observation* seen = &whole;
        if (look.is_batch && !look.answer.keys.empty()) {
            seen = look.answer.keys[place] ? &*look.answer.keys[place] : nullptr;
        }
        if (seen != nullptr && seen->state == observed_state::ready) {
            is_told_ready_[look.keys[place]] = true;
        } else if (seen != nullptr && seen->state == observed_state::gone) {
            is_told_gone_[look.keys[place]] = true;
        }
    }
    note("answer", id);
    // The engine may use the look's number for another one meanwhile.
    const batch_observation answer = std::exchange(look.answer, batch_observation());
    if (look.is_batch) {
        state_.observed_many(id, answer, now_);
    } else {
        state_.observed(id, answer.whole, now_);
    }
}

void world::give_up(simulated_look& look, wait_detail::look_id id) {
    look.answer = batch_observation();
    look.answer.whole =
        failed_look(look.is_cancelled ? error_code(boost::asio::error::operation_aborted)
                                      : error_code(error::attempt_timeout));
    look.answer.whole.held = look.hold > 0s;
    deliver(look, id);
}

void world::cancel_look(wait_detail::look_id id) {
    simulated_look& look = looks_[id];
    if (!look.under_way || look.is_cancelled) {
        inspector_.blame(now_, "a look is cancelled that is not under way");
        return;
    }
    look.is_cancelled = true;
    events_.add(now_ + random_.up_to(cancelling_takes), event::kind::give_up, id, look.generation);
}

} // namespace roomport::sim
