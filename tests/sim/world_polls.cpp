// The half of the world that is the line: polls on their way to the server and back.

#include "sim/world.hpp"

#include <boost/asio/error.hpp>

#include <charconv>
#include <utility>

namespace roomport::sim {
namespace {

using namespace std::chrono_literals;

// A cancelled poll ends within this time.
constexpr duration cancelling_takes = 20ms;

} // namespace

batch_terms world::terms() const {
    batch_terms now;
    now.most = options_.batch;
    now.hold_limit = options_.holds_batches ? options_.hold_limit : duration::zero();
    return now;
}

void world::carry_out(const wait_detail::start_poll& wanted) {
    const bool is_too_small = wanted.is_batch && wanted.keys.size() < terms().least;
    const bool is_too_large = wanted.is_batch && wanted.keys.size() > terms().most;
    if (is_too_small || is_too_large) {
        inspector_.blame(now_, "a batch is smaller or larger than the server takes");
    }
    const wait_detail::poll_id id = wanted.poll;
    if (polls_.size() <= id) {
        polls_.resize(id + 1);
    }
    simulated_poll& poll = polls_[id];
    if (poll.under_way) {
        inspector_.blame(now_, "a poll's number is used twice");
    }
    ++poll.generation;
    poll.under_way = true;
    poll.is_batch = wanted.is_batch;
    poll.is_cancelled = false;
    poll.hold = wanted.hold;
    poll.keys.clear();
    for (const auto key : wanted.keys) {
        std::uint32_t room = 0;
        std::from_chars(key.data(), key.data() + key.size(), room);
        poll.keys.push_back(room);
    }
    inspector_.poll_begins(id, poll.keys, poll.hold > 0s, wanted.deadline, now_);
    note(poll.hold > 0s ? "hold" : "poll", poll.keys.front());

    const auto second = static_cast<std::size_t>((now_ - begin_) / 1s);
    if (report_.polls_by_second.size() <= second) {
        report_.polls_by_second.resize(second + 1);
    }
    ++report_.polls_by_second[second];
    ++report_.polls;
    report_.rooms_asked += poll.keys.size();
    events_.add(now_ + way(), event::kind::request, id, poll.generation);
    events_.add(wanted.deadline, event::kind::give_up, id, poll.generation);
}

duration world::way() {
    return options_.latency / 2 + random_.up_to(options_.jitter);
}

void world::receive(simulated_poll& poll, wait_detail::poll_id id) {
    poll.kind = server_.receive(now_);
    const time_point until =
        poll.kind == answer_kind::told ? server_.holds_until(poll.keys, poll.hold, now_) : now_;
    if (until > now_) {
        events_.add(until, event::kind::release, id, poll.generation);
    } else {
        release(poll, id);
    }
}

void world::release(simulated_poll& poll, wait_detail::poll_id id) {
    if (poll.kind == answer_kind::none) {
        return;
    }
    poll.answer = batch_observation();
    if (poll.kind != answer_kind::told) {
        poll.answer.whole = server_.refuse(poll.kind, now_);
    } else if (poll.is_batch) {
        poll.answer.whole.state = observed_state::starting;
        poll.answer.whole.http_status = 200;
        for (const auto room : poll.keys) {
            poll.answer.keys.emplace_back();
            if (!server_.leaves_out()) {
                poll.answer.keys.back() = server_.tell(room, now_);
            }
        }
    } else {
        poll.answer.whole = server_.tell(poll.keys.front(), now_);
    }
    poll.answer.whole.held = poll.hold > 0s;
    events_.add(now_ + way(), event::kind::answer, id, poll.generation);
}

void world::deliver(simulated_poll& poll, wait_detail::poll_id id) {
    poll.under_way = false;
    inspector_.poll_ends(id);
    const observation& whole = poll.answer.whole;
    if (whole.not_before) {
        inspector_.floor_is_told(*whole.not_before);
    }
    for (std::size_t place = 0; place < poll.keys.size(); ++place) {
        const observation* seen = &whole;
        if (poll.is_batch && !poll.answer.keys.empty()) {
            seen = poll.answer.keys[place] ? &*poll.answer.keys[place] : nullptr;
        }
        if (seen != nullptr && seen->state == observed_state::ready) {
            is_told_ready_[poll.keys[place]] = true;
        } else if (seen != nullptr && seen->state == observed_state::gone) {
            is_told_gone_[poll.keys[place]] = true;
        }
    }
    note("answer", id);
    // The engine may use the poll's number for another one meanwhile.
    const batch_observation answer = std::exchange(poll.answer, batch_observation());
    if (poll.is_batch) {
        state_.observed_many(id, answer, now_);
    } else {
        state_.observed(id, answer.whole, now_);
    }
}

void world::give_up(simulated_poll& poll, wait_detail::poll_id id) {
    poll.answer = batch_observation();
    poll.answer.whole =
        failed_poll(poll.is_cancelled ? error_code(boost::asio::error::operation_aborted)
                                      : error_code(error::attempt_timeout));
    poll.answer.whole.held = poll.hold > 0s;
    deliver(poll, id);
}

void world::carry_out(const wait_detail::cancel_poll& wanted) {
    simulated_poll& poll = polls_[wanted.poll];
    if (!poll.under_way || poll.is_cancelled) {
        inspector_.blame(now_, "a poll is cancelled that is not under way");
        return;
    }
    poll.is_cancelled = true;
    events_.add(now_ + random_.up_to(cancelling_takes), event::kind::give_up, wanted.poll,
                poll.generation);
}

} // namespace roomport::sim
